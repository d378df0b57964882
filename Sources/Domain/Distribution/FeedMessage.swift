/// One entry of the world as a gateway sees it: a record's value, or that it is gone.
package struct FeedItem: Hashable, Sendable {
  package let kind: String
  package let name: String
  /// The record's bytes; `nil` when it was deleted.
  package let value: [UInt8]?

  package init(kind: String, name: String, value: [UInt8]?) {
    self.kind = kind
    self.name = name
    self.value = value
  }
}

/// What the control plane tells a gateway. A session begins with one snapshot, and goes on with
/// changes; revisions only grow.
package enum FeedMessage: Hashable, Sendable {
  /// The whole world at a revision; large ones come in several parts, of which the last is complete.
  case snapshot(items: [FeedItem], revision: Int64, isComplete: Bool)
  /// Everything that one or more transactions changed.
  case changes(items: [FeedItem], revision: Int64)
  /// Asks the gateway to send every event it has, and to say so.
  case flush(id: UInt64)
  /// The server holds the gateway's events up to and including this position.
  case eventsStored(position: Int64)
  /// The link is alive; sent when nothing else was for a while, so that staleness can be known.
  case heartbeat
}
