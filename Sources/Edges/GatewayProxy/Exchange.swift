import AsyncHTTPClient
import Credentials
import Gateway
import HTTPMessages
import Inspection
import NIOCore

/// Forwards one permitted request and relays its response, while the body comes through a pipe.
struct Exchange: Sendable {
  let permit: Permit
  let head: RequestHead
  let trace: TraceContext
  let pipe: Rendezvous<ByteBuffer>
  let progress: BodyProgress
  let book: ExchangeBook
  let writer: ClientWriter
  let upstream: UpstreamClient
  /// Whether the connection is to end with this request anyhow.
  let closes: Bool

  /// What the connection is good for afterwards.
  enum Outcome: Sendable {
    case reusable
    /// The answer is complete and said so; the client may still be sending.
    case answeredAndClosing
    /// The answer is not complete, and must not look as if it were.
    case broken
  }

  func run() async -> Outcome {
    do throws(Refusal) {
      let response = try await self.send()
      // The service may answer and close without taking the whole body.
      guard
        var plan = ResponsePlan(
          response, method: self.head.method, requestID: self.book.record.requestID)
      else { throw Refusal.broken }
      let isClosing = self.closes || !self.progress.isComplete
      if isClosing { self.announceClose(&plan) }
      self.book.responded(plan.head.status.code)
      return await self.relay(response, plan, isClosing: isClosing)
    } catch {
      return await self.answer(error)
    }
  }

  private func send() async throws(Refusal) -> HTTPClientResponse {
    let fields: ForwardedFields
    do throws(FieldError) {
      fields = try ForwardedFields(
        self.permit, record: self.book.record, head: self.head, trace: self.trace)
    } catch {
      throw .broken
    }
    self.book.forwarded()
    return try await self.upstream.send(
      self.permit, head: self.head, fields: fields, body: self.pipe)
  }

  private func announceClose(_ plan: inout ResponsePlan) {
    try? plan.head.fields.replace(name: "connection", value: "close")
  }

  private func answer(_ refusal: Refusal) async -> Outcome {
    let closes = self.closes || !self.progress.isComplete
    let answer = RefusalAnswer(
      refusal, requestID: self.book.record.requestID, method: self.head.method, closes: closes)
    self.book.refused(refusal)
    self.book.sent(answer.body.count)
    self.book.end()
    do {
      try await self.writer.write(answer.head, body: answer.body)
    } catch {
      return .broken
    }
    return closes ? .answeredAndClosing : .reusable
  }

  private func relay(
    _ response: HTTPClientResponse, _ plan: ResponsePlan, isClosing: Bool
  ) async -> Outcome {
    do {
      switch plan.content {
      case .none, .counted(0): try await self.relayHead(response, plan)
      case .counted(let length): try await self.relayCounted(response, plan, length)
      case .chunked: try await self.relayChunked(response, plan)
      }
      return isClosing ? .answeredAndClosing : .reusable
    } catch is ClientGone {
      self.book.interrupt(AbortReason.clientGone.reason)
      return .broken
    } catch {
      self.book.interrupt(
        Reason(code: "response-broken", message: "the response ended before it was complete"))
      return .broken
    }
  }

  private func relayHead(_ response: HTTPClientResponse, _ plan: ResponsePlan) async throws {
    self.book.end()
    try await self.writer.write(plan.head, body: [])
    // A response that nobody reads to its end costs its connection.
    for try await _ in response.body {}
  }

  private func relayCounted(
    _ response: HTTPClientResponse, _ plan: ResponsePlan, _ length: UInt64
  ) async throws {
    try await self.writer.write(plan.head, body: [])
    var sent: UInt64 = 0
    for try await bytes in response.body {
      sent += UInt64(bytes.readableBytes)
      guard sent <= length else { throw ResponseFault.contentLengthMalformed }
      self.book.sent(bytes.readableBytes)
      // Recorded before the last byte leaves: whoever has the answer finds it in the log.
      if sent == length { self.book.end() }
      try await self.writer.write(bytes)
    }
    guard sent == length, !Task.isCancelled else { throw ResponseFault.contentLengthMalformed }
  }

  private func relayChunked(_ response: HTTPClientResponse, _ plan: ResponsePlan) async throws {
    try await self.writer.write(plan.head, body: [])
    for try await bytes in response.body where bytes.readableBytes > 0 {
      self.book.sent(bytes.readableBytes)
      try await self.writer.writeChunk(bytes)
    }
    // A cancelled body may look like one that ended.
    try Task.checkCancellation()
    self.book.end()
    try await self.writer.writeLastChunk()
  }
}
