import Gateway
import HTTPMessages
import Inspection
import NIOCore

/// Serves the requests of one client, one after the other.
struct ClientConnection {
  let channel: any Channel
  let gateway: Gateway
  let upstream: UpstreamClient
  let configuration: ProxyConfiguration
  let registry: ConnectionRegistry
  private let source: String

  init(
    channel: any Channel, gateway: Gateway, upstream: UpstreamClient,
    configuration: ProxyConfiguration, registry: ConnectionRegistry
  ) {
    self.channel = channel
    self.gateway = gateway
    self.upstream = upstream
    self.configuration = configuration
    self.registry = registry
    self.source = channel.remoteAddress?.ipAddress ?? "unknown"
  }

  func serve(
    _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
    _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) async {
    var reader = ClientReader(inbound, channel: self.channel)
    let writer = ClientWriter(outbound)
    let aborts = AbortSignal(watching: self.channel)
    var parser = RequestHeadParser(limits: self.configuration.message)
    while self.registry.setIdle(true, self.channel) {
      guard await reader.fill(until: .now() + self.configuration.idleTimeout) else { return }
      _ = self.registry.setIdle(false, self.channel)
      switch await self.readHead(&parser, &reader) {
      case .gone: return
      case .refused(let refusal):
        await self.answerUnread(refusal, &reader, writer)
        return
      case .head(let head):
        guard await self.serve(head, &reader, writer, aborts) else { return }
      }
    }
  }

  private enum HeadOutcome {
    case head(RequestHead)
    case refused(Refusal)
    case gone
  }

  private func readHead(
    _ parser: inout RequestHeadParser, _ reader: inout ClientReader
  ) async -> HeadOutcome {
    let deadline = NIODeadline.now() + self.configuration.headTimeout
    while true {
      do throws(RequestRefusal) {
        if let received = try parser.receive(Array(reader.rest.readableBytesView)) {
          reader.consume(received.consumed)
          guard UpstreamClient.keeps(received.head.target) else {
            return .refused(Refusal(framing: .targetMalformed))
          }
          return .head(received.head)
        }
      } catch {
        return .refused(Refusal(framing: error))
      }
      reader.discard()
      guard await reader.fill(until: deadline) else {
        return reader.hasTimedOut ? .refused(.headTimeout) : .gone
      }
    }
  }

  /// Answers what never became a request. What follows on the connection has no certain meaning.
  private func answerUnread(
    _ refusal: Refusal, _ reader: inout ClientReader, _ writer: ClientWriter
  ) async {
    let record = self.gateway.arrive(head: nil, source: self.source, traceID: nil)
    await self.answer(refusal, record, closes: true, writer)
    await self.linger(&reader, writer)
  }

  /// - Returns: whether the connection can be used again.
  private func serve(
    _ head: RequestHead, _ reader: inout ClientReader, _ writer: ClientWriter,
    _ aborts: AbortSignal
  ) async -> Bool {
    let trace = TraceContext(head.fields, gateway: self.gateway)
    var record = self.gateway.arrive(
      head: head, source: self.source, traceID: trace.parent?.traceID)
    let stream = aborts.begin()
    let request = InspectedRequest(head: head, source: self.source)
    let channel = self.channel
    let admission = self.gateway.admit(&record, request) {
      aborts.fire(.revoked)
      channel.close(promise: nil)
    }
    switch admission {
    case .refused(let refusal):
      let closes = !head.keepAlive || head.framing != .none || self.registry.isDraining
      await self.answer(refusal, record, closes: closes, writer)
      if closes { await self.linger(&reader, writer) }
      return !closes
    case .permitted(let permit, let passage):
      let progress = BodyProgress(isComplete: head.framing == .none)
      let book = ExchangeBook(
        gateway: self.gateway, passage: passage, record: record, progress: progress,
        aborts: aborts)
      let exchange = Exchange(
        permit: permit, head: head, trace: trace, pipe: Rendezvous(), progress: progress,
        book: book, writer: writer, upstream: self.upstream,
        closes: !head.keepAlive || self.registry.isDraining)
      return await self.forward(exchange, &reader, stream)
    }
  }

  private enum Part: Sendable {
    case exchange(Exchange.Outcome)
    case aborted
  }

  private func forward(
    _ exchange: Exchange, _ reader: inout ClientReader, _ aborts: AsyncStream<AbortReason>
  ) async -> Bool {
    let part = await withTaskGroup(of: Part.self) { group in
      group.addTask {
        let outcome = await exchange.run()
        // Whatever of the body nobody took is not wanted any more.
        exchange.pipe.finish()
        if case .answeredAndClosing = outcome { self.endReading(exchange) }
        if case .broken = outcome { self.channel.close(promise: nil) }
        return .exchange(outcome)
      }
      group.addTask {
        for await _ in aborts { break }
        return .aborted
      }
      await self.pump(exchange, &reader)
      let first = await group.next()
      group.cancelAll()
      return first
    }
    switch part {
    case .exchange(.reusable): return exchange.progress.isComplete
    case .exchange(.answeredAndClosing):
      await self.linger(&reader, exchange.writer)
      return false
    case .aborted, .exchange(.broken), nil:
      exchange.book.interrupt(AbortReason.clientGone.reason)
      return false
    }
  }

  private func pump(_ exchange: Exchange, _ reader: inout ClientReader) async {
    guard exchange.head.framing != .none else { return }
    if exchange.head.expectsContinue, reader.rest.readableBytes == 0 {
      try? await exchange.writer.writeContinue()
    }
    var pump = BodyPump(
      exchange.head.framing, maximum: exchange.permit.maximumBody, pipe: exchange.pipe,
      progress: exchange.progress, configuration: self.configuration)
    await pump.run(&reader)
  }

  /// The pump may be waiting for a client that has been answered already.
  private func endReading(_ exchange: Exchange) {
    guard !exchange.progress.isComplete else { return }
    exchange.writer.finish()
    let channel = self.channel
    channel.eventLoop.scheduleTask(in: self.configuration.lingerTimeout) {
      channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
  }

  private func answer(
    _ refusal: Refusal, _ record: RequestRecord, closes: Bool, _ writer: ClientWriter
  ) async {
    let answer = RefusalAnswer(
      refusal, requestID: record.requestID, method: record.head?.method, closes: closes)
    var account = RequestRecord.Answer(status: refusal.status.code)
    account.bytesOut = UInt64(answer.body.count)
    account.refusal = refusal
    self.gateway.refuse(record, account)
    try? await writer.write(answer.head, body: answer.body)
  }

  /// Closes without losing the answer: a connection that is closed over unread bytes is reset, and
  /// the client may never see what was sent to it.
  private func linger(_ reader: inout ClientReader, _ writer: ClientWriter) async {
    writer.finish()
    let deadline = NIODeadline.now() + self.configuration.lingerTimeout
    var budget = Self.lingerBytes
    while budget > 0 {
      reader.discard()
      guard await reader.fill(until: deadline) else { return }
      budget -= reader.rest.readableBytes
    }
  }

  private static let lingerBytes = 1 << 20
}
