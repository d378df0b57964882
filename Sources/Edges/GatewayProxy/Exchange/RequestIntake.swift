import Gateway
import HTTPMessages
import IPAddresses
import Inspection

/// A request that may be forwarded, with all that is known of it.
final class AdmittedRequest {
  let permit: Permit
  let head: RequestHead
  let origin: ClientOrigin
  let trace: TraceContext
  let record: RequestRecord
  let passage: Gateway.Passage
  let times: RequestTimes
  /// Where requests are counted: that this one is.
  private let place: SourceCount.Place?

  init(
    permit: Permit, head: RequestHead, origin: ClientOrigin, trace: TraceContext,
    record: RequestRecord, passage: Gateway.Passage, times: RequestTimes,
    place: SourceCount.Place?
  ) {
    self.permit = permit
    self.head = head
    self.origin = origin
    self.trace = trace
    self.record = record
    self.passage = passage
    self.times = times
    self.place = place
  }
}

/// Lets the gateway decide about the requests of one connection, and keeps the account of those that it
/// refuses.
struct RequestIntake {
  let loop: ProxyLoop
  /// Of the connection.
  let end: ConnectionEnd
  /// Of the connection; behind trusted proxies, each request has its own.
  let origin: ClientOrigin
  /// Whether this connection may have several requests under way. Where it has one at a time, the bound
  /// on connections is enough.
  let countsRequests: Bool

  private var gateway: Gateway { self.loop.gateway }

  /// What services may allow in paths is read; whether the routed one does is found by inspection.
  static let pathRules = PathRules.all

  enum Outcome {
    case admitted(AdmittedRequest)
    case refused(RefusalAnswer)
  }

  struct Decision {
    let outcome: Outcome
    /// Where requests are counted: that this one is, also while nothing of it is left but an answer that
    /// its client does not take. `nil` too where there is not even one for a refusal.
    let place: SourceCount.Place?
  }

  /// - Parameter live: what is ended when the request's credential is revoked.
  func decide(_ head: RequestHead, live: () -> any LiveRequest) -> Decision {
    var times = RequestTimes()
    let origin = self.origin(of: head)
    let trace = TraceContext(head.fields, loop: self.loop)
    var record = self.gateway.arrive(
      head: head, source: origin.facts.source, traceParent: trace.parent,
      memory: self.loop.memory)
    let source = self.counted(origin)
    let place = source.flatMap { self.loop.requests.place(for: $0) }
    if let source, place == nil {
      times.inspected()
      return Decision(
        outcome: .refused(self.refuse(.requestsUnderWay, record, times)),
        place: self.loop.requests.placeForRefusal(of: source))
    }
    let request = InspectedRequest(head: head, connection: origin.facts)
    let admission = self.gateway.admit(&record, request, memory: self.loop.memory, live: live)
    times.inspected()
    switch admission {
    case .refused(let refusal):
      return Decision(outcome: .refused(self.refuse(refusal, record, times)), place: place)
    case .permitted(let permit, let passage):
      let request = AdmittedRequest(
        permit: permit, head: head, origin: origin, trace: trace, record: consume record,
        passage: passage, times: times, place: place)
      return Decision(outcome: .admitted(request), place: place)
    }
  }

  /// For an answer to what never became a request.
  func placeForUnread() -> SourceCount.Place? {
    self.loop.requests.placeForRefusal(of: self.origin.facts.sourceKey)
  }

  private func counted(_ origin: ClientOrigin) -> UInt64? {
    self.countsRequests || self.loop.configuration.trustedHops != nil ? origin.facts.sourceKey : nil
  }

  /// What proxies in front say counts only as far as they are trusted.
  private func origin(of head: RequestHead) -> ClientOrigin {
    guard let hops = self.loop.configuration.trustedHops,
      let peer = IPAddress(self.origin.facts.source)
    else { return self.origin }
    let client = hops.client(peer: peer, fields: head.fields)
    guard client.hops > 0 else { return self.origin }
    return ClientOrigin(
      ConnectionFacts(
        source: client.address.description, isSecure: self.origin.facts.isSecure,
        serverNames: self.origin.facts.serverNames,
        clientCertificate: self.origin.facts.clientCertificate))
  }

  /// The answer to what never became a request.
  func refuseUnread(_ refusal: Refusal) -> RefusalAnswer {
    self.refuse(
      refusal,
      self.gateway.arrive(
        head: nil, source: self.origin.facts.source, traceParent: nil, memory: self.loop.memory),
      RequestTimes())
  }

  private func refuse(
    _ refusal: Refusal, _ record: RequestRecord, _ times: RequestTimes
  ) -> RefusalAnswer {
    let answer = RefusalAnswer(
      refusal, requestID: record.requestID, method: record.head?.method)
    var account = RequestRecord.Answer(status: refusal.status.code)
    account.bytesOut = UInt64(answer.body.count)
    account.refusal = refusal
    self.loop.account(record, account, times, passage: nil)
    return answer
  }
}
