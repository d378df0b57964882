/// Finds audit events by what they speak of.
///
/// An index holds nothing of its own: lost or refused, it is made again from the logs, from
/// position to position.
package protocol EventIndex: Sendable {
  /// Adds events; all of them or, on an error, none.
  ///
  /// An event whose log and position are already there is left as it is.
  ///
  /// - Throws: ``EventIndexError``.
  func insert(_ events: [IndexedEvent]) async throws

  /// Events that bear a key, oldest first: by time, then log, then position.
  ///
  /// - Parameters:
  ///   - key: What the events have in common.
  ///   - types: Only events of these types; nil for all.
  ///   - limit: The most events to return, at least 1.
  func events(
    matching key: IndexKey, types: Set<String>?, limit: Int
  ) async throws -> [IndexedEvent]

  /// The highest position that was inserted of a log: where to go on after a restart.
  func lastPosition(of log: String) async throws -> Int64?

  /// The newest events of a type, newest first.
  ///
  /// - Parameters:
  ///   - type: The type of the events.
  ///   - limit: The most events to return, at least 1.
  func recent(type: String, limit: Int) async throws -> [IndexedEvent]
}
