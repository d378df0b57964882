import Gateway
import HTTPMessages
import NIOCore
import NIOHTTP2

/// A connection whose client speaks HTTP/2: its streams, how long it may lie, and how it ends.
final class HTTP2Connection: ChannelInboundHandler, LoopMember {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  private let loop: ProxyLoop
  private let intake: RequestIntake
  private let bytes: HTTP2Bytes
  private var context: ChannelHandlerContext?
  /// Until the library says that they are closed on both sides.
  private var streams: [HTTP2StreamID: HTTP2Stream] = [:]
  /// Those that content came for since the last pause.
  private var fed: [HTTP2Stream] = []
  private var window = InboundWindow()
  private var newest = HTTP2StreamID.rootStream
  private var idleSince = NIODeadline.now()
  private var hasUnflushed = false
  private var isDraining = false
  /// When the client was told that the connection will end; `nil` before, and once it knows which stream
  /// was the last.
  private var announced: NIODeadline?

  init(loop: ProxyLoop, intake: RequestIntake, bytes: HTTP2Bytes) {
    self.loop = loop
    self.intake = intake
    self.bytes = bytes
  }

  /// What keeps a connection within bounds. A stream that is reset costs a request that was begun, so
  /// there is a rate that no honest client comes near (CVE-2023-44487); so with frames that ask for
  /// answers, and with CONTINUATION (CVE-2024-27316), whose sum the field limits bound too.
  static func add(
    to channel: any Channel, _ loop: ProxyLoop, _ intake: RequestIntake
  ) throws {
    let limits = loop.configuration
    var configuration = NIOHTTP2Handler.ConnectionConfiguration()
    configuration.initialSettings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.streams),
      HTTP2Setting(parameter: .maxHeaderListSize, value: limits.message.fieldBytes),
      HTTP2Setting(parameter: .enableConnectProtocol, value: 0),
    ]
    // Our own reader answers what it refuses, and is stricter.
    configuration.headerBlockValidation = .disabled
    configuration.contentLengthValidation = .disabled
    configuration.maximumBufferedControlFrames = 500
    configuration.maximumRecentlyResetStreams = 100
    let bytes = HTTP2Bytes(queue: loop.flushes)
    let connection = HTTP2Connection(loop: loop, intake: intake, bytes: bytes)
    try channel.pipeline.syncOperations.addHandlers(
      bytes,
      NIOHTTP2Handler(
        mode: .server, frameDelegate: bytes, connectionConfiguration: configuration), connection)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    self.bytes.frames = { [weak self] in self?.handOn() }
    self.bytes.opened = { [weak self] in self?.window.announced($0) }
    self.loop.enter(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.gone() }

  func channelInactive(context: ChannelHandlerContext) {
    self.gone()
    context.fireChannelInactive()
  }

  private func gone() {
    guard self.context != nil else { return }
    self.context = nil
    self.loop.leave(self)
    self.fed = []
    let streams = self.streams
    self.streams = [:]
    for stream in streams.values { self.end(stream, nil) }
  }

  // MARK: Frames that come

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = self.unwrapInboundIn(data)
    switch frame.payload {
    case .headers(let block):
      if let stream = self.streams[frame.streamID] { return stream.receivedTrailers(block) }
      self.begin(frame.streamID, block)
    case .data(let data):
      guard case .byteBuffer(let bytes) = data.data, let stream = self.streams[frame.streamID]
      else { return }
      stream.received(bytes, isLast: data.endStream)
      if !stream.isRequestWhole, self.fed.last !== stream { self.fed.append(stream) }
    case .rstStream, .priority, .settings, .pushPromise, .ping, .goAway, .windowUpdate,
      .alternativeService, .origin:
      break
    }
  }

  private func begin(_ id: HTTP2StreamID, _ block: HTTP2Frame.FramePayload.Headers) {
    let stream = HTTP2Stream(id, loop: self.loop, intake: self.intake, connection: self)
    self.streams[id] = stream
    self.newest = max(self.newest, id)
    self.loop.meter.add(.streamsOpened)
    stream.begin(block)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    // While frames are read, the sizes that are told are not in order with what is written.
    if let increment = self.window.opening(held: 0) { self.open(.rootStream, by: increment) }
    guard !self.fed.isEmpty else { return }
    var fed: [HTTP2Stream] = []
    swap(&fed, &self.fed)
    for stream in fed { stream.paused() }
    guard self.fed.isEmpty else { return }
    fed.removeAll(keepingCapacity: true)
    self.fed = fed
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case let change as NIOHTTP2WindowUpdatedEvent:
      guard let size = change.inboundWindowSize else { return }
      if change.streamID != .rootStream {
        self.streams[change.streamID]?.windowChanged(to: size)
      } else {
        self.window.changed(to: size)
      }
    case let closed as StreamClosedEvent:
      if let stream = self.streams.removeValue(forKey: closed.streamID) {
        self.end(stream, closed.reason)
      }
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  private func end(_ stream: HTTP2Stream, _ reason: HTTP2ErrorCode?) {
    let isWhole = stream.closed(reason)
    self.loop.meter.add(isWhole ? .streamsClosed : .streamsReset)
    self.idleSince = .now()
    if self.isDraining, self.streams.isEmpty { self.sayGoodbye(closes: true) }
  }

  /// A fault of one stream is told here too, when that has been reset already; the others go on.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    var error = error
    if let fault = error as? NIOHTTP2Errors.StreamError {
      self.streams[fault.streamID]?.failed()
      error = fault.baseError
    }
    let isOver =
      error is NIOHTTP2Errors.UnableToSerializeFrame
      || error is NIOHTTP2Errors.RaisedGoawayLastStreamID
    guard self.bytes.isBroken || isOver || !(error is any NIOHTTP2Error) else { return }
    self.intake.end.note(.closedBroken)
    context.close(promise: nil)
  }

  // MARK: Frames that go

  func write(
    _ payload: HTTP2Frame.FramePayload, on stream: HTTP2StreamID,
    promise: EventLoopPromise<Void>? = nil
  ) {
    guard let context = self.context else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    context.write(
      self.wrapOutboundOut(HTTP2Frame(streamID: stream, payload: payload)), promise: promise)
  }

  /// Tells somebody once the write is over.
  /// - Parameter then: whether it succeeded.
  func write(
    _ payload: HTTP2Frame.FramePayload, on stream: HTTP2StreamID, then: @escaping (Bool) -> Void
  ) {
    let promise = self.loop.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { result in
      if case .success = result { then(true) } else { then(false) }
    }
    self.write(payload, on: stream, promise: promise)
  }

  func open(_ stream: HTTP2StreamID, by increment: Int) {
    self.write(.windowUpdate(windowSizeIncrement: increment), on: stream)
    self.flush()
  }

  /// What was written leaves at the end of the event loop's turn.
  func flush() {
    self.hasUnflushed = true
    self.bytes.wantSending()
  }

  private func handOn() {
    guard self.hasUnflushed else { return }
    self.hasUnflushed = false
    self.context?.flush()
  }

  // MARK: Times and ends

  func check(at now: NIODeadline) {
    for stream in Array(self.streams.values) { stream.check(at: now) }
    // It may have been opened while the gateway was stopping already.
    if self.loop.isDraining {
      self.intake.end.note(.closedDraining)
      self.drain()
    }
    if let announced = self.announced, announced + self.loop.configuration.goodbyeNotice <= now {
      self.sayGoodbye(closes: self.streams.isEmpty)
    }
    guard self.streams.isEmpty else { return }
    if self.isDraining {
      // Whoever takes not even the goodbye.
      if self.idleSince + self.loop.configuration.writeTimeout <= now {
        self.intake.end.note(.closedTimedOut)
        self.cut()
      }
    } else if self.idleSince + self.loop.configuration.idleTimeout <= now {
      self.intake.end.note(.closedIdle)
      self.drain()
    }
  }

  /// Says that the connection will end, and a little later which stream is the last (RFC 9113 section
  /// 6.8): what the client sent before it knew is answered. Streams under way go on.
  func drain() {
    guard !self.isDraining else { return }
    if self.loop.isDraining { self.intake.end.note(.closedDraining) }
    self.isDraining = true
    if self.streams.isEmpty { self.idleSince = .now() }
    self.announced = .now()
    self.bytes.announce()
  }

  /// - Parameter closes: whether the connection ends once the client has it, and all that was before it.
  private func sayGoodbye(closes: Bool) {
    guard self.context != nil else { return }
    self.announced = nil
    let goodbye = HTTP2Frame.FramePayload.goAway(
      lastStreamID: self.newest, errorCode: .noError, opaqueData: nil)
    if closes {
      self.write(goodbye, on: .rootStream) { _ in self.cut() }
    } else {
      self.write(goodbye, on: .rootStream)
    }
    self.flush()
  }

  /// A stream says why it ends; once its connection has ended, that was the client.
  func cut() {
    if self.loop.isDraining { self.intake.end.note(.closedDraining) }
    for stream in Array(self.streams.values) { stream.cut(.gatewayStopped) }
    self.context?.close(promise: nil)
  }
}
