import Audit
import Credentials
import EventIndex

/// Goes through recorded events, oldest first.
struct EventScan: Sendable {
  let index: any EventIndex
  let types: Set<EventType>
  let since: Instant?

  /// Events in which the policies may have had a say.
  static let decisions: Set<EventType> = [
    .requestAllowed, .requestRefused, .credentialIssued, .credentialRefused,
  ]

  /// The most events that a report looks at; it says when there were more.
  static let longest = 1_000_000

  private static let pageLimit = 2000

  struct Page {
    let events: [AuditEvent]
    /// Where to go on; nil at the end.
    let next: String?
  }

  func page(after cursor: String?, limit: Int) async throws -> Page {
    var place: EventPlace?
    if let cursor {
      guard let read = EventPlace(cursor) else {
        throw PolicyReviewError("`cursor` is not one that an earlier page gave")
      }
      place = read
    }
    let limit = max(1, min(limit, Self.pageLimit))
    let found = try await self.index.scan(
      types: Set(self.types.map(\.name)), since: self.since?.milliseconds, after: place,
      limit: limit)
    let next = found.count < limit ? nil : found.last.map { EventPlace(of: $0).description }
    return Page(events: found.compactMap { AuditEvent(line: $0.body) }, next: next)
  }

  func total() async throws -> Int {
    try await self.index.count(
      types: Set(self.types.map(\.name)), since: self.since?.milliseconds)
  }

  /// Shows every event to a report.
  /// - Returns: how many there were, and whether that was all.
  func visit(
    _ body: (AuditEvent) throws -> Void
  ) async throws -> (examined: Int, isComplete: Bool) {
    var examined = 0
    var cursor: String?
    repeat {
      try Task.checkCancellation()
      let page = try await self.page(after: cursor, limit: Self.pageLimit)
      for event in page.events { try body(event) }
      examined += page.events.count
      cursor = page.next
    } while cursor != nil && examined < Self.longest
    return (examined, cursor == nil)
  }
}
