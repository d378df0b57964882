package import Credentials
package import HTTPMessages
package import Inspection

/// What is known of a request from its arrival on, until its answer completes it.
package struct RequestRecord: Sendable {
  package let requestID: String
  package let arrival: Instant
  package let source: String
  /// `nil` when no head could be read.
  package let head: RequestHead?
  /// Of the trace that the request is part of; `nil` for none.
  package let traceParent: TraceParent?
  package internal(set) var facts = InspectionFacts()

  /// How the gateway answered.
  package struct Answer: Sendable {
    package var status: Int?
    package var bytesIn: UInt64 = 0
    package var bytesOut: UInt64 = 0
    package var upstreamMilliseconds: Int64?
    /// `nil` when the exchange ended before an answer began; `refusal` is `nil` for the service's own response.
    package var refusal: Refusal?
    /// Why the exchange ended before its end, if it did.
    package var interruption: Reason?
    /// What else is to be known of the decision.
    package var notes: [Reason] = []

    package init(status: Int?) {
      self.status = status
    }
  }

  package var traceID: String? { self.traceParent?.traceID }

  /// Whether a credential was accepted; one that is revoked is not.
  func isAuthenticated(_ answer: Answer) -> Bool {
    self.facts.credential != nil && answer.refusal?.stage != .credential
  }
}
