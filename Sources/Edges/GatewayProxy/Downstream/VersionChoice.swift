import Gateway
import NIOCore

/// Finds out by its first bytes which version of HTTP a client speaks without TLS, and steps aside (RFC
/// 9113 section 3.4, prior knowledge). An upgrade from HTTP/1.1 to HTTP/2 is not offered; the fields that
/// ask for it are ignored.
final class VersionChoice: ChannelInboundHandler, RemovableChannelHandler, LoopMember {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  enum Version {
    case http1
    case http2
  }

  private let loop: ProxyLoop
  private let end: ConnectionEnd
  private let choose: (any Channel, Version) throws -> Void
  private var context: ChannelHandlerContext?
  private var bytes: ByteBuffer?
  private var isChosen = false
  private let since = NIODeadline.now()
  /// When it was told that the gateway stops.
  private var drainsSince: NIODeadline?

  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  /// - Parameter choose: adds the handlers of the version; called once.
  init(
    loop: ProxyLoop, end: ConnectionEnd, choose: @escaping (any Channel, Version) throws -> Void
  ) {
    self.loop = loop
    self.end = end
    self.choose = choose
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    self.loop.enter(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.leave() }

  func channelInactive(context: ChannelHandlerContext) {
    self.leave()
    context.fireChannelInactive()
  }

  private func leave() {
    guard self.context != nil else { return }
    self.context = nil
    self.loop.leave(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = self.unwrapInboundIn(data)
    if var before = self.bytes.take() {
      before.writeBuffer(&bytes)
      bytes = before
    }
    self.bytes = bytes
    let start = bytes.readableBytesView.prefix(Self.preface.count)
    if start.elementsEqual(Self.preface) {
      self.use(.http2, context)
    } else if !Self.preface.starts(with: start) {
      self.use(.http1, context)
    }
  }

  private func use(_ version: Version, _ context: ChannelHandlerContext) {
    guard !self.isChosen else { return }
    do {
      try self.choose(context.channel, version)
    } catch {
      return context.close(promise: nil)
    }
    self.isChosen = true
    if let bytes = self.bytes.take() {
      context.fireChannelRead(self.wrapInboundOut(bytes))
      context.fireChannelReadComplete()
    }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.end.note(.closedBroken)
    context.close(promise: nil)
  }

  func check(at now: NIODeadline) {
    let limits = self.loop.configuration
    if self.since + limits.headTimeout <= now {
      self.end.note(.closedTimedOut)
      self.context?.close(promise: nil)
    } else if let since = self.drainsSince, self.bytes == nil,
      since + limits.firstRequestNotice <= now
    {
      self.cut()
    }
  }

  /// Whoever has just connected does not know that the gateway stops; the first request may lie unread in
  /// the socket, and would be lost with it.
  func drain() { self.drainsSince = self.drainsSince ?? .now() }

  func cut() {
    self.end.note(.closedDraining)
    self.context?.close(promise: nil)
  }
}
