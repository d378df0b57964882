import Gateway
import HTTPMessages
import NIOCore
import NIOHTTP2

/// A connection whose client speaks HTTP/2: how long it may lie, and how it ends.
final class HTTP2Connection: ChannelInboundHandler, LoopMember {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  private let loop: ProxyLoop
  private let end: ConnectionEnd
  private var context: ChannelHandlerContext?
  private var streams = 0
  private var newest = HTTP2StreamID.rootStream
  private var idleSince = NIODeadline.now()
  private var isDraining = false
  /// When the client was told that the connection will end; `nil` before, and once it knows which stream
  /// was the last.
  private var announced: NIODeadline?
  private let goodbye: HTTP2Goodbye

  init(loop: ProxyLoop, end: ConnectionEnd, goodbye: HTTP2Goodbye) {
    self.loop = loop
    self.end = end
    self.goodbye = goodbye
  }

  /// What keeps a connection within bounds. A stream that is reset costs a request that was begun, so
  /// there is a rate that no honest client comes near (CVE-2023-44487); so with frames that ask for
  /// answers, and with CONTINUATION (CVE-2024-27316), whose sum the field limits bound too.
  static func add(
    to channel: any Channel, _ loop: ProxyLoop, _ intake: RequestIntake
  ) throws {
    let limits = loop.configuration
    var connection = NIOHTTP2Handler.ConnectionConfiguration()
    connection.initialSettings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.streams),
      HTTP2Setting(parameter: .maxHeaderListSize, value: limits.message.fieldBytes),
      HTTP2Setting(parameter: .enableConnectProtocol, value: 0),
    ]
    // Our own reader answers what it refuses, and is stricter.
    connection.headerBlockValidation = .disabled
    connection.contentLengthValidation = .disabled
    connection.maximumBufferedControlFrames = 500
    connection.maximumRecentlyResetStreams = 100
    var stream = NIOHTTP2Handler.StreamConfiguration()
    stream.outboundBufferSizeHighWatermark = 65_536
    stream.outboundBufferSizeLowWatermark = 32_768
    let goodbye = HTTP2Goodbye()
    let member = HTTP2Connection(loop: loop, end: intake.end, goodbye: goodbye)
    let shared = NIOLoopBound((loop, intake, member), eventLoop: channel.eventLoop)
    let handler = NIOHTTP2Handler(
      mode: .server, eventLoop: channel.eventLoop, connectionConfiguration: connection,
      streamConfiguration: stream
    ) { streamChannel in
      streamChannel.eventLoop.makeCompletedFuture {
        let (loop, intake, connection) = shared.value
        try streamChannel.pipeline.syncOperations.addHandler(
          HTTP2Stream(loop: loop, intake: intake, connection: connection))
      }
    }
    try channel.pipeline.syncOperations.addHandlers(goodbye, handler, member)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
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
  }

  /// A stream tells of itself: the library's events stop at its own multiplexer.
  func began(_ stream: HTTP2StreamID?) {
    self.streams += 1
    self.loop.meter.add(.streamsOpened)
    if let stream { self.newest = max(self.newest, stream) }
  }

  func streamEnded(isReset: Bool) {
    self.streams = max(0, self.streams - 1)
    self.loop.meter.add(isReset ? .streamsReset : .streamsClosed)
    self.idleSince = .now()
    if self.isDraining, self.streams == 0 { self.sayGoodbye(closes: true) }
  }

  /// A fault of one stream is told here too, when that has been reset already; the others go on.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let isOver =
      error is NIOHTTP2Errors.UnableToSerializeFrame
      || error is NIOHTTP2Errors.RaisedGoawayLastStreamID
    guard self.goodbye.isBroken || isOver || !(error is any NIOHTTP2Error) else { return }
    self.end.note(.closedBroken)
    context.close(promise: nil)
  }

  func check(at now: NIODeadline) {
    // It may have been opened while the gateway was stopping already.
    if self.loop.isDraining {
      self.end.note(.closedDraining)
      self.drain()
    }
    if let announced = self.announced, announced + self.loop.configuration.goodbyeNotice <= now {
      self.sayGoodbye(closes: self.streams == 0)
    }
    guard self.streams == 0 else { return }
    if self.isDraining {
      // Whoever takes not even the goodbye.
      if self.idleSince + self.loop.configuration.writeTimeout <= now {
        self.end.note(.closedTimedOut)
        self.cut()
      }
    } else if self.idleSince + self.loop.configuration.idleTimeout <= now {
      self.end.note(.closedIdle)
      self.drain()
    }
  }

  /// Says that the connection will end, and a little later which stream is the last (RFC 9113 section
  /// 6.8): what the client sent before it knew is answered. Streams under way go on.
  func drain() {
    guard !self.isDraining else { return }
    if self.loop.isDraining { self.end.note(.closedDraining) }
    self.isDraining = true
    if self.streams == 0 { self.idleSince = .now() }
    self.announced = .now()
    self.goodbye.announce()
  }

  /// - Parameter closes: whether the connection ends once the client has it, and all that was before it.
  private func sayGoodbye(closes: Bool) {
    guard let context = self.context else { return }
    self.announced = nil
    let goodbye = HTTP2Frame(
      streamID: .rootStream,
      payload: .goAway(lastStreamID: self.newest, errorCode: .noError, opaqueData: nil))
    guard closes else {
      return context.writeAndFlush(self.wrapOutboundOut(goodbye), promise: nil)
    }
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { _ in self.cut() }
    context.writeAndFlush(self.wrapOutboundOut(goodbye), promise: promise)
  }

  func cut() {
    if self.loop.isDraining { self.end.note(.closedDraining) }
    self.context?.close(promise: nil)
  }
}
