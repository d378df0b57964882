import Gateway
import HTTPMessages
import Inspection

/// A request that may be forwarded, with all that is known of it.
struct AdmittedRequest {
  let permit: Permit
  let head: RequestHead
  let trace: TraceContext
  let record: RequestRecord
  let passage: Gateway.Passage
}

/// Lets the gateway decide about a request, and keeps the account of those that it refuses.
struct RequestIntake {
  let gateway: Gateway
  let origin: ClientOrigin

  enum Outcome {
    case admitted(AdmittedRequest)
    case refused(RefusalAnswer)
  }

  /// - Parameter revoke: called when the request's credential is revoked, on any thread.
  func decide(_ head: RequestHead, revoke: @escaping @Sendable () -> Void) -> Outcome {
    let trace = TraceContext(head.fields, gateway: self.gateway)
    var record = self.gateway.arrive(
      head: head, source: self.origin.source, traceID: trace.parent?.traceID)
    let request = InspectedRequest(head: head, source: self.origin.source)
    switch self.gateway.admit(&record, request, close: revoke) {
    case .refused(let refusal): return .refused(self.refuse(refusal, record))
    case .permitted(let permit, let passage):
      return .admitted(
        AdmittedRequest(
          permit: permit, head: head, trace: trace, record: record, passage: passage))
    }
  }

  /// The answer to what never became a request.
  func refuseUnread(_ refusal: Refusal) -> RefusalAnswer {
    self.refuse(refusal, self.gateway.arrive(head: nil, source: self.origin.source, traceID: nil))
  }

  private func refuse(_ refusal: Refusal, _ record: RequestRecord) -> RefusalAnswer {
    let answer = RefusalAnswer(
      refusal, requestID: record.requestID, method: record.head?.method)
    var account = RequestRecord.Answer(status: refusal.status.code)
    account.bytesOut = UInt64(answer.body.count)
    account.refusal = refusal
    self.gateway.refuse(record, account)
    return answer
  }
}
