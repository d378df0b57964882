import Credentials
package import Gateway
package import HTTPMessages
import Inspection
import OpenAPIContract

/// Decides requests that other proxies hold, as the gateway decides its own, and records them.
///
/// A verdict is about the moment: unlike a request that the gateway forwards itself, one that another
/// proxy forwards goes on when its credential is revoked meanwhile.
package struct VerdictDesk: Sendable {
  private let gateway: Gateway
  private let metrics: GatewayMetrics
  private let accessLog: AccessLog?
  private let limits: MessageLimits
  private let nanoseconds: @Sendable () -> UInt64

  /// - Parameter nanoseconds: since some moment, on a clock that nobody can set.
  package init(
    gateway: Gateway, metrics: GatewayMetrics, accessLog: AccessLog?,
    limits: MessageLimits = MessageLimits(), nanoseconds: @escaping @Sendable () -> UInt64
  ) {
    self.gateway = gateway
    self.metrics = metrics
    self.accessLog = accessLog
    self.limits = limits
    self.nanoseconds = nanoseconds
  }

  /// - Parameter bodyIsKnown: whether the proxy told of the body's length.
  func verdict(
    on original: OriginalRequest, bodyIsKnown: Bool, counter: GatewayCounter
  ) -> Verdict {
    let start = self.nanoseconds()
    self.metrics.meter(0).add(counter)
    let head: RequestHead
    do throws(RequestRefusal) {
      head = try original.head(limits: self.limits)
    } catch {
      return self.refuse(original, head: nil, Refusal(framing: error), since: start)
    }
    guard original.canRemoveFields || !original.imitatesOwnFields else {
      return self.refuse(original, head: head, .fieldImitated, since: start)
    }
    // The proxy's own rules say which hosts a client may ask it for, and what certificate it showed.
    let connection = ConnectionFacts(
      source: original.source, isSecure: original.isSecure, serverNames: .all,
      clientCertificate: nil)
    return self.decide(head, connection, bodyIsKnown: bodyIsKnown, since: start)
  }

  /// Refuses what is not asked about any further.
  private func refuse(
    _ original: OriginalRequest, head: RequestHead?, _ refusal: Refusal, since start: UInt64
  ) -> Verdict {
    let record = self.gateway.arrive(
      head: head, source: original.source,
      traceParent: head.flatMap { TraceParent(in: $0.fields) })
    self.refuse(record, refusal, since: start)
    return Verdict(
      outcome: .refused(refusal), requestID: record.requestID, head: head, unchecked: [])
  }

  private func decide(
    _ head: RequestHead, _ connection: ConnectionFacts, bodyIsKnown: Bool, since start: UInt64
  ) -> Verdict {
    var record = self.gateway.arrive(
      head: head, source: connection.source, traceParent: TraceParent(in: head.fields))
    var request = InspectedRequest(head: head, connection: connection)
    request.isBodyUnseen = !bodyIsKnown && head.framing == .none
    switch self.gateway.admit(&record, request) {
    case .refused(let refusal):
      self.refuse(record, refusal, since: start)
      return Verdict(
        outcome: .refused(refusal), requestID: record.requestID, head: head, unchecked: [])
    case .permitted(let permit, let passage):
      let unchecked = Self.unchecked(permit, request)
      var answer = RequestRecord.Answer(status: HTTPStatus.ok.code)
      answer.notes.append(
        Reason(code: "verdict", message: "another proxy forwards the request"))
      if !unchecked.isEmpty {
        answer.notes.append(
          Reason(code: "body-unseen", message: "what the contract says of the body was not checked")
        )
      }
      self.gateway.end(passage, record, answer)
      self.measure(record, answer, since: start)
      return Verdict(
        outcome: .allowed(permit), requestID: record.requestID, head: head, unchecked: unchecked)
    }
  }

  /// The body itself is never here: with its length known, its size and presence are checked still.
  private static func unchecked(_ permit: Permit, _ request: InspectedRequest) -> [String] {
    let mayHaveBody = permit.operation?.requestBody != nil || request.head.framing != .none
    return mayHaveBody ? ["body"] : []
  }

  private func refuse(_ record: RequestRecord, _ refusal: Refusal, since start: UInt64) {
    var answer = RequestRecord.Answer(status: refusal.status.code)
    answer.refusal = refusal
    self.gateway.refuse(record, answer)
    self.measure(record, answer, since: start)
  }

  private func measure(
    _ record: RequestRecord, _ answer: RequestRecord.Answer, since start: UInt64
  ) {
    let now = self.nanoseconds()
    let time = now > start ? now &- start : 0
    let service = record.facts.service.map { self.metrics.slot(service: $0) } ?? .none
    var request = Meter.Request(service: service, status: answer.status, total: time)
    request.inspection = time
    self.metrics.meter(0).requestEnded(
      request, refusal: answer.refusal, shadowed: record.facts.shadowed)
    self.accessLog?.write(
      record, answer, timing: .init(total: time, inspection: time), loop: 0)
  }
}
