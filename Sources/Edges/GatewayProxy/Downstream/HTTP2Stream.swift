import Gateway
import HTTPMessages
import Inspection
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One request of a client that speaks HTTP/2, on a stream of its own.
final class HTTP2Stream: ChannelDuplexHandler, LoopMember, RequestHolder {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias OutboundIn = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  private enum State {
    case head
    case exchange(Exchange)
    /// Answered, or cut; what still comes is thrown away.
    case ended
  }

  private let loop: ProxyLoop
  private let intake: RequestIntake
  private let connection: HTTP2Connection
  private var context: ChannelHandlerContext?
  private var state = State.head
  private var clocks: ConnectionClocks
  private var length = ContentLengthCheck(framing: .none)
  private var maximumBody: UInt64 = 0
  private var received: UInt64 = 0
  private var isRequestWhole = false
  private var isAnswerEnded = false
  private var hasUnflushed = false
  private var isReading = true
  private var isReadHeld = false

  init(loop: ProxyLoop, intake: RequestIntake, connection: HTTP2Connection) {
    self.loop = loop
    self.intake = intake
    self.connection = connection
    self.clocks = ConnectionClocks(loop.configuration, now: .now())
  }

  /// Whether either side cut it short.
  private var isReset = false

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    self.clocks.beginHead()
    self.loop.enter(self)
    self.connection.began(
      try? context.channel.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID))
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.gone() }

  func channelInactive(context: ChannelHandlerContext) { self.gone() }

  private func gone() {
    guard self.context != nil else { return }
    self.context = nil
    self.loop.leave(self)
    let state = self.state
    self.state = .ended
    if case .exchange(let exchange) = state { exchange.clientGone(.clientGone) }
    self.connection.streamEnded(isReset: self.isReset)
  }

  /// The stream or its connection broke a rule of HTTP/2, or was reset.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.isReset = true
    context.close(promise: nil)
  }

  // MARK: Frames

  func read(context: ChannelHandlerContext) {
    if self.isReading { context.read() } else { self.isReadHeld = true }
  }

  private func setReading(_ isReading: Bool) {
    self.isReading = isReading
    if isReading, self.isReadHeld {
      self.isReadHeld = false
      self.context?.read()
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch self.unwrapInboundIn(data) {
    case .headers(let block): self.take(block)
    case .data(let data):
      guard case .byteBuffer(let bytes) = data.data else { return }
      self.take(bytes, isLast: data.endStream)
    case .rstStream:
      self.isReset = true
      context.close(promise: nil)
    case .priority, .settings, .pushPromise, .ping, .goAway, .windowUpdate, .alternativeService,
      .origin:
      break
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    guard case .exchange(let exchange) = self.state else { return }
    exchange.bodyPaused()
    self.setReading(self.isRequestWhole || exchange.wantsBody)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    guard context.channel.isWritable else { return }
    self.clocks.tookSome()
    guard case .exchange(let exchange) = self.state else { return }
    exchange.clientBecameWritable()
  }

  private func take(_ block: HTTP2Frame.FramePayload.Headers) {
    switch self.state {
    case .head: self.begin(block)
    case .exchange(let exchange): self.takeTrailers(block, exchange)
    case .ended: break
    }
  }

  private func begin(_ block: HTTP2Frame.FramePayload.Headers) {
    self.isRequestWhole = block.endStream
    do throws(RequestRefusal) {
      var reader = HTTP2RequestHeadReader(
        isSecure: self.intake.origin.facts.isSecure, limits: self.loop.configuration.message,
        pathRules: RequestIntake.pathRules)
      for (name, value, _) in block.headers {
        try reader.add(name: name.utf8, value: value.utf8)
      }
      self.begin(try reader.finish(endStream: block.endStream))
    } catch {
      self.clocks.end()
      self.intake.refuseUnread(Refusal(framing: error)).send(to: self)
    }
  }

  private func begin(_ head: RequestHead) {
    let decision = self.intake.decide(head) {
      RevocableRequest(self, serial: 0, on: self.loop.eventLoop)
    }
    switch decision {
    case .refused(let answer):
      self.clocks.end()
      answer.send(to: self)
    case .admitted(let admitted):
      self.clocks.beginBody(isEmpty: self.isRequestWhole)
      self.length = ContentLengthCheck(framing: head.framing)
      self.maximumBody = admitted.permit.maximumBody
      let exchange = Exchange(admitted, client: self, loop: self.loop, upgrade: nil)
      self.state = .exchange(exchange)
      if head.expectsContinue, !self.isRequestWhole {
        self.write(.headers(.init(headers: [":status": "100"])))
        self.flush()
      }
      exchange.start()
      // An announced length of nothing, or none where a stream goes on.
      if self.isRequestWhole, !exchange.isBodyComplete { exchange.receivedBodyEnd() }
    }
  }

  /// A stream has one request.
  func end(_ serial: UInt64, _ reason: AbortReason) { self.cut(reason) }

  private func take(_ bytes: ByteBuffer, isLast: Bool) {
    guard case .exchange(let exchange) = self.state else { return }
    self.clocks.touchBody()
    self.received &+= UInt64(bytes.readableBytes)
    do throws(RequestRefusal) {
      try self.length.receive(bytes.readableBytes)
      guard self.received <= self.maximumBody else { throw .bodyTooLarge }
      if bytes.readableBytes > 0 { exchange.receivedBody(bytes) }
      if isLast { try self.endBody(exchange) }
    } catch {
      exchange.bodyFailed(error == .bodyTooLarge ? .bodyTooLarge : Refusal(framing: error))
    }
  }

  private func takeTrailers(_ block: HTTP2Frame.FramePayload.Headers, _ exchange: Exchange) {
    do throws(RequestRefusal) {
      var reader = HTTP2TrailerReader(limits: self.loop.configuration.message)
      for (name, value, _) in block.headers {
        try reader.add(name: name.utf8, value: value.utf8)
      }
      if block.endStream { try self.endBody(exchange) }
    } catch {
      exchange.bodyFailed(Refusal(framing: error))
    }
  }

  private func endBody(_ exchange: Exchange) throws(RequestRefusal) {
    self.isRequestWhole = true
    self.clocks.endBody()
    try self.length.finish()
    if !exchange.isBodyComplete { exchange.receivedBodyEnd() }
  }

  // MARK: Times

  func check(at now: NIODeadline) {
    if self.clocks.isStalled(untaken: self.isWritable && !self.isAnswerEnded ? 0 : 1, at: now) {
      return self.cut(.clientStalled)
    }
    switch self.state {
    case .head:
      if self.clocks.expiredHead(at: now) != nil { self.context?.close(promise: nil) }
    case .exchange(let exchange):
      if !self.isRequestWhole, self.clocks.isBodyExpired(at: now, isWanted: exchange.wantsBody) {
        exchange.bodyFailed(.bodyTimeout)
      } else {
        exchange.check(at: now)
      }
    case .ended: break
    }
  }

  /// The connection says that it takes no more streams; this one goes on.
  func drain() {}

  func cut() { self.cut(.gatewayStopped) }

  private func cut(_ reason: AbortReason) {
    let state = self.state
    self.state = .ended
    if case .exchange(let exchange) = state { exchange.clientGone(reason) }
    self.reset(.cancel)
  }

  private func reset(_ code: HTTP2ErrorCode) {
    self.state = .ended
    // After a whole answer it is no failure.
    if code != .noError { self.isReset = true }
    guard let context = self.context else { return }
    context.writeAndFlush(self.wrapOutboundOut(.rstStream(code)), promise: nil)
    context.close(promise: nil)
  }
}

extension HTTP2Stream: ClientStream {
  var isWritable: Bool { self.context?.channel.isWritable ?? false }

  private func write(_ payload: HTTP2Frame.FramePayload) {
    self.hasUnflushed = true
    self.context?.write(self.wrapOutboundOut(payload), promise: nil)
  }

  func send(_ head: ResponseHead, content: AnswerContent) {
    guard let fields = head.http2Fields() else { return self.abort() }
    self.isAnswerEnded = content == .none
    self.write(
      .headers(.init(headers: HPACKHeaders(fields), endStream: self.isAnswerEnded)))
  }

  func relay(_ plan: ResponsePlan) -> Bool {
    guard let head = plan.head() else { return false }
    self.send(head, content: plan.content)
    return true
  }

  func send(_ bytes: ByteBuffer) {
    self.write(.data(.init(data: .byteBuffer(bytes))))
  }

  func flush() {
    guard self.hasUnflushed else { return }
    self.hasUnflushed = false
    self.context?.flush()
  }

  func finish() {
    self.state = .ended
    guard !self.isAnswerEnded else {
      self.flush()
      return self.answered()
    }
    self.isAnswerEnded = true
    self.hasUnflushed = true
    let end = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))
    guard !self.isRequestWhole, let context = self.context else {
      self.write(end)
      return self.flush()
    }
    // A reset would take with it what the client has no window for yet.
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { _ in self.answered() }
    context.write(self.wrapOutboundOut(end), promise: promise)
    self.flush()
  }

  /// The whole answer was given without the whole request, RFC 9113 section 8.1.
  private func answered() {
    if !self.isRequestWhole { self.reset(.noError) }
  }

  func abort() { self.reset(.internalError) }

  func resumeBody() { self.setReading(true) }

  /// Extended CONNECT is off, so that no stream becomes a tunnel.
  func beginTunnel(_ fields: HTTPFields) { self.abort() }

  func endTunnel() { self.abort() }
}
