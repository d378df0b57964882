/// How much of its history a store keeps for followers.
package struct HistoryRetention: Sendable, Hashable {
  /// The last 100,000 revisions.
  package static let standard = HistoryRetention(revisions: 100_000)

  /// How many revisions are kept; 0 keeps none, and every follower that is behind takes a snapshot.
  package let revisions: Int64

  package init(revisions: Int64) {
    self.revisions = max(0, revisions)
  }

  /// The oldest cursor that is still served when the store stands at `current`.
  package func oldestCursor(at current: Revision) -> Revision {
    Revision(rawValue: max(0, current.rawValue - min(revisions, current.rawValue)))
  }
}
