import Distribution
package import RecordStore
import Synchronization

/// Holds the current world, and changes it only through transactions that make a valid one.
package final class WorldKeeper: Sendable {
  private struct State {
    var image: RecordImage
    var world: World
  }

  private let store: any RecordStore
  private let state: Mutex<State>
  /// Changes of this server come one after the other; only those of others can come between.
  private let turns = AsyncTurns()

  /// - Throws: `RejectedChange` when the stored records do not make a world: an unreadable record
  ///   stops the program.
  package init(store: any RecordStore) async throws {
    let image = RecordImage(try await store.snapshot())
    self.store = store
    self.state = Mutex(State(image: image, world: try WorldBuilder.build(image)))
  }

  package var current: World { self.state.withLock { $0.world } }

  package var image: RecordImage { self.state.withLock { $0.image } }

  /// Takes over what was committed, here or by another server.
  package func refresh() async throws {
    while true {
      let image = self.image
      let next = try await self.next(after: image)
      guard next.revision > image.revision else { return }
      let world = try WorldBuilder.build(next)
      self.state.withLock { state in
        // Somebody else may have come first; the world only moves forward.
        if next.revision > state.image.revision { state = State(image: next, world: world) }
      }
    }
  }

  private func next(after image: RecordImage) async throws -> RecordImage {
    do {
      let page = try await self.store.changes(
        after: Revision(rawValue: image.revision), limit: 10_000)
      var next = image
      next.apply(page)
      return next
    } catch RecordStoreError.snapshotRequired {
      return RecordImage(try await self.store.snapshot())
    }
  }

  /// Commits a change that the body derives from the current records, once it is known to make a
  /// valid world. When another change came between, the body is asked again.
  ///
  /// - Parameters:
  ///   - accepting: Called with the world that the change would make, also where it changes nothing,
  ///     and with what the body gave; when it throws, nothing is committed.
  ///   - beforeCommit: Called once for each attempt that is about to be committed, with what the body
  ///     gave; when it throws, nothing is committed.
  ///   - notCommitted: Called when the commit of such an attempt failed, a conflict included.
  /// - Returns: the revision at which the change is in force, and what the body gave.
  package func change<Result: Sendable>(
    _ body: (World, RecordImage, inout RecordTransaction) throws -> Result,
    accepting: (World, inout Result) throws -> Void = { _, _ in },
    beforeCommit: (Result) async throws -> Void = { _ in },
    notCommitted: (Result, any Error) async throws -> Void = { _, _ in }
  ) async throws -> (revision: Int64, result: Result) {
    try await self.turns.run { try await self.attempt(body, accepting, beforeCommit, notCommitted) }
  }

  private func attempt<Result: Sendable>(
    _ body: (World, RecordImage, inout RecordTransaction) throws -> Result,
    _ accepting: (World, inout Result) throws -> Void,
    _ beforeCommit: (Result) async throws -> Void,
    _ notCommitted: (Result, any Error) async throws -> Void
  ) async throws -> (revision: Int64, result: Result) {
    for _ in 0..<Self.attempts {
      try await self.refresh()
      let (world, image) = self.state.withLock { ($0.world, $0.image) }
      var transaction = RecordTransaction()
      var result = try body(world, image, &transaction)
      guard !transaction.writes.isEmpty else {
        try accepting(world, &result)
        return (image.revision, result)
      }
      try accepting(try WorldBuilder.build(image.applying(transaction)), &result)
      try Self.guardAgainstOthers(image, &transaction)
      try await beforeCommit(result)
      let revision: Revision
      do {
        revision = try await self.store.commit(transaction)
      } catch {
        try await notCommitted(result, error)
        guard error is RecordConflict else { throw error }
        continue
      }
      try await self.refresh()
      return (revision.rawValue, result)
    }
    throw AdministrationError(
      .conflict, "others keep changing the same records; try again in a moment")
  }

  private static let attempts = 16

  /// Two changes may each be right and wrong together, so every change replaces one shared record
  /// and only the first of two that began at the same revision succeeds.
  private static func guardAgainstOthers(
    _ image: RecordImage, _ transaction: inout RecordTransaction
  ) throws {
    let name = "last-change"
    let key = try RecordKey(form: RecordForm.setting, name: name)
    let found = image[RecordForm.setting, name].map { Revision(rawValue: $0.revision) }
    transaction.put(
      key, SettingRecord(value: "\(image.revision)").bytes, expecting: found)
  }
}
