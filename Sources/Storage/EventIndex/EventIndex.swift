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

  /// A page of the events of some types, oldest first: by time, then log, then position.
  ///
  /// Page after page shows each event once, also those that are inserted behind the place meanwhile;
  /// what is inserted before it is missed.
  ///
  /// - Parameters:
  ///   - types: Only events of these types; none for an empty set.
  ///   - since: Only events of this time or later, in milliseconds since 1970-01-01T00:00:00Z.
  ///   - after: Where the last event of the page before stands; nil for the first page.
  ///   - limit: The most events to return, at least 1.
  func scan(
    types: Set<String>, since: Int64?, after: EventPlace?, limit: Int
  ) async throws -> [IndexedEvent]

  /// How many events of some types there are.
  ///
  /// - Parameter since: Only events of this time or later.
  func count(types: Set<String>, since: Int64?) async throws -> Int
}
