import RecordStore

/// Transactions that wait for the writer together and share one write to the disk.
///
/// Each keeps its own revision and its own conflicts. They last together: the disk's failure is the
/// failure of all.
struct CommitBatch {
  typealias Outcome = Result<Revision, any Error>

  let transactions: [RecordTransaction]
  let retention: HistoryRetention

  /// Applies the transactions, one after the other, within the transaction of `tables`.
  ///
  /// - Returns: What became of each; a conflict is an outcome.
  /// - Throws: Where all of them must be rolled back.
  func apply(to tables: RecordTables) throws -> [Outcome] {
    let before = try tables.state()
    var state = before
    let outcomes = try transactions.map { try apply($0, to: tables, &state) }
    if state != before {
      try trim(tables, &state)
      try tables.write(state)
    }
    return outcomes
  }

  private func apply(
    _ transaction: RecordTransaction, to tables: RecordTables, _ state: inout RecordTables.State
  ) throws -> Outcome {
    if let conflict = try conflict(transaction, tables) { return .failure(conflict) }
    let writes = try transaction.writes.filter { write in
      guard write.value == nil else { return true }
      return try tables.revision(of: write.key) != nil
    }
    guard !writes.isEmpty else { return .success(state.revision) }
    state.revision = try state.revision.next()
    for (position, write) in writes.enumerated() {
      try apply(write, to: tables, at: state.revision, position)
    }
    return .success(state.revision)
  }

  private func conflict(
    _ transaction: RecordTransaction, _ tables: RecordTables
  ) throws -> RecordConflict? {
    for condition in transaction.preconditions {
      let found = try tables.revision(of: condition.key)
      guard condition.expected.isMet(by: found) else {
        return RecordConflict(key: condition.key, expected: condition.expected, found: found)
      }
    }
    return nil
  }

  private func apply(
    _ write: RecordTransaction.Write, to tables: RecordTables, at revision: Revision,
    _ position: Int
  ) throws {
    if let value = write.value {
      try tables.put(write.key, value, at: revision)
    } else {
      try tables.delete(write.key)
    }
    let change = RecordChange(key: write.key, revision: revision, value: write.value)
    try tables.append(change, position: position)
  }

  private func trim(_ tables: RecordTables, _ state: inout RecordTables.State) throws {
    let oldest = retention.oldestCursor(at: state.revision)
    guard oldest > state.trimmed else { return }
    try tables.forget(through: oldest)
    state.trimmed = oldest
  }
}
