package import Credentials
import HTTPMessages
package import Inspection

/// One request as the access log tells of it: nothing that is a secret, and no query.
package struct AccessLogEntry: Sendable {
  package var time: Instant
  package var requestID: String
  package var traceID: String?
  package var source: String
  package var method: String?
  package var path: String?
  package var service: String?
  package var operation: String?
  package var status: Int?
  package var bytesIn: UInt64 = 0
  package var bytesOut: UInt64 = 0
  package var timing: Timing
  package var principal: String?
  package var credential: String?
  /// Whether a credential was accepted. Of requests without one, less is written.
  package var isAuthenticated = false
  /// Why it did not go through; nil for a response of the service.
  package var refusal: Refusal?
  /// What would have refused it, had its stage been enforcing.
  package var shadowed: [Refusal] = []
  /// Why the exchange ended before its end, if it did.
  package var interruption: String?

  /// What parts of a request took, in nanoseconds.
  package struct Timing: Hashable, Sendable {
    /// From the request's head to the end of its answer.
    package var total: UInt64
    package var inspection: UInt64?
    /// From forwarding to the response's head.
    package var upstream: UInt64?

    package init(total: UInt64, inspection: UInt64? = nil, upstream: UInt64? = nil) {
      self.total = total
      self.inspection = inspection
      self.upstream = upstream
    }
  }

  package init(time: Instant, requestID: String, source: String, timing: Timing) {
    self.time = time
    self.requestID = requestID
    self.source = source
    self.timing = timing
  }

  package init(_ record: RequestRecord, _ answer: RequestRecord.Answer, timing: Timing) {
    self.init(
      time: record.arrival, requestID: record.requestID, source: record.source, timing: timing)
    self.traceID = record.traceID
    self.method = record.head?.method.rawValue
    self.path = record.head?.target.path
    self.service = record.facts.service
    self.operation = record.facts.operation
    self.status = answer.status
    self.bytesIn = answer.bytesIn
    self.bytesOut = answer.bytesOut
    self.principal = record.facts.credential?.principal.description
    self.credential = record.facts.credential?.id.description
    self.isAuthenticated = record.isAuthenticated(answer)
    self.refusal = answer.refusal
    self.shadowed = record.facts.shadowed
    self.interruption = answer.interruption?.code
  }
}
