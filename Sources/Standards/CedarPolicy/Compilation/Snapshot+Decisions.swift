extension Snapshot {
  /// Calls a body with the policies that may concern a request, in no particular order and each
  /// once, until it gives false.
  ///
  /// The scopes of these are still to be checked.
  func forEachCandidate(
    of request: borrowing NumberedRequest, _ body: (Int32) -> Bool
  ) {
    guard forEachCandidate(inTable: 0, request, body), Int(request.action) < entities.count
    else { return }
    let table = index.actionTables[Int(request.action)]
    if table >= 0 { _ = forEachCandidate(inTable: table, request, body) }
  }

  private func forEachCandidate(
    inTable table: Int32, _ request: borrowing NumberedRequest, _ body: (Int32) -> Bool
  ) -> Bool {
    let kinds = index.tables[Int(table)].kinds
    if kinds & ScopeIndex.KeyKind.none.bit != 0,
      !forEach(in: ScopeIndex.key(table: table, .none, 0), body)
    {
      return false
    }
    return forEachCandidate(
      table, kinds, request.principal, request, index.principals,
      (.principalEqual, .principalIn, .principalType), body)
      && forEachCandidate(
        table, kinds, request.resource, request, index.resources,
        (.resourceEqual, .resourceIn, .resourceType), body)
  }

  private func forEachCandidate(
    _ table: Int32, _ kinds: UInt8, _ number: Int32, _ request: borrowing NumberedRequest,
    _ ancestors: ScopeIndex.KeyedAncestors,
    _ key: (equal: ScopeIndex.KeyKind, isIn: ScopeIndex.KeyKind, isType: ScopeIndex.KeyKind),
    _ body: (Int32) -> Bool
  ) -> Bool {
    if kinds & key.equal.bit != 0,
      !forEach(in: ScopeIndex.key(table: table, key.equal, number), body)
    {
      return false
    }
    if kinds & key.isIn.bit != 0, Int(number) < ancestors.slices.count {
      for place in ancestors.slices[Int(number)].range {
        let bucket = ScopeIndex.key(table: table, key.isIn, ancestors.entities[place])
        if !forEach(in: bucket, body) { return false }
      }
    }
    guard kinds & key.isType.bit != 0, let type = type(number, request) else { return true }
    return forEach(in: ScopeIndex.key(table: table, key.isType, type), body)
  }

  private func type(_ number: Int32, _ request: borrowing NumberedRequest) -> Int32? {
    entities.isKnown(number)
      ? entities.types[Int(number)] : entities.typeNumbers[uid(number, request).type]
  }

  private func forEach(in key: UInt64, _ body: (Int32) -> Bool) -> Bool {
    for place in index.buckets[key].range where !body(index.filed[place]) { return false }
    return true
  }

  /// Whether a policy applies: its scope matches and all its conditions hold.
  func isSatisfied(
    _ policy: Int32, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    let policy = compiled[Int(policy)]
    guard matches(policy.principal, request.principal, request),
      matches(policy.resource, request.resource, request), matches(policy.action, request.action)
    else { return false }
    var place = Int(policy.conditions.start)
    let end = policy.conditions.range.upperBound
    while place < end {
      let isWhen = code.lists[place + 1] == 1
      guard try bool(code.lists[place], request) == isWhen else { return false }
      place += 2
    }
    return true
  }

  private func matches(
    _ constraint: CompiledConstraint, _ number: Int32, _ request: borrowing NumberedRequest
  ) -> Bool {
    switch constraint.kind {
    case .any: true
    case .equal: number == constraint.entity
    case .isIn: entities.isEntity(number, in: constraint.entity)
    case .isType: isType(number, constraint.type, request)
    case .isTypeIn:
      isType(number, constraint.type, request)
        && entities.isEntity(number, in: constraint.entity)
    }
  }

  func isType(_ number: Int32, _ type: Int32, _ request: borrowing NumberedRequest) -> Bool {
    entities.isKnown(number)
      ? entities.types[Int(number)] == type
      : uid(number, request).type == entities.typeNames[Int(type)]
  }

  private func matches(_ constraint: CompiledActionConstraint, _ action: Int32) -> Bool {
    switch constraint {
    case .any: true
    case .equal(let wanted): action == wanted
    case .isIn(let group): entities.isEntity(action, in: group)
    case .isInAny(let groups):
      groups.range.contains { entities.isEntity(action, in: index.lists[$0]) }
    }
  }
}
