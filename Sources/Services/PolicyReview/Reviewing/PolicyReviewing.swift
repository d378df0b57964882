package import Credentials
package import StrictJSON

/// What people who write policies want to know: why something was decided, what a policy would change,
/// and what it lets somebody do. Nothing here changes anything.
///
/// Answers are JSON, because that is what the commands print; docs/cli.md describes each.
package protocol PolicyReviewing: Sendable {
  /// What policies may speak of, in Cedar's schema syntax.
  var schema: String { get }
  /// Why a request or a credential was granted or refused; nil when no event knows the id.
  func explanation(of id: String) async throws -> JSONObject?
  /// What policies would have decided about a page of the recorded decisions.
  func replay(_ page: ReplayPage) async throws -> JSONObject
  /// A summary of everything that was recorded since a moment, or at all.
  func report(_ report: PolicyReport, since: Instant?) async throws -> JSONObject
  /// Everything that policies let a workload call; nil for one that is not registered.
  func reach(of workload: String) async throws -> JSONObject?
}

/// What recorded decisions are summed up for.
package enum PolicyReport: Hashable, Sendable {
  /// Where the policies in shadow would have changed a decision.
  case shadow
  /// The policies that made no decision.
  case unused
  /// Policies that permit exactly what was used, by one workload or by all.
  case suggestions(for: String?)
}

/// A page of recorded decisions, and the policies to decide them again by.
package struct ReplayPage: Sendable {
  /// Cedar texts by their files' names without `.cedar`: in the place of all policies in force.
  package var candidate: [(name: String, text: String)]
  package var since: Instant?
  /// Where the page before ended; nil for the first.
  package var cursor: String?
  /// How many events to look at.
  package var limit: Int

  package init(
    candidate: [(name: String, text: String)], since: Instant?, cursor: String?, limit: Int
  ) {
    self.candidate = candidate
    self.since = since
    self.cursor = cursor
    self.limit = limit
  }
}

/// A question about policies that cannot be answered as it was asked.
package struct PolicyReviewError: Error, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
