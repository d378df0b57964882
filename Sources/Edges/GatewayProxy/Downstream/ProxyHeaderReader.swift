import Gateway
import IPAddresses
import NIOCore
import ProxyProtocol

/// Reads the PROXY protocol header with which every connection of a listener begins, and steps aside.
/// Where it is missing or malformed nobody knows who asks, and the connection is closed.
final class ProxyHeaderReader: ChannelInboundHandler, RemovableChannelHandler, LoopMember {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let loop: ProxyLoop
  private let end: ConnectionEnd
  private let proceed: (any Channel, _ source: String) throws -> Void
  private var context: ChannelHandlerContext?
  private var parser = ProxyHeaderParser()
  private var isDone = false
  private let since = NIODeadline.now()
  /// When it was told that the gateway stops.
  private var drainsSince: NIODeadline?

  /// - Parameter proceed: adds the handlers that come next; called once.
  init(
    loop: ProxyLoop, end: ConnectionEnd,
    proceed: @escaping (any Channel, _ source: String) throws -> Void
  ) {
    self.loop = loop
    self.end = end
    self.proceed = proceed
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
    guard !self.isDone else { return context.fireChannelRead(data) }
    var bytes = self.unwrapInboundIn(data)
    do {
      guard let received = try self.parser.receive(bytes.readableBytesView) else { return }
      bytes.moveReaderIndex(forwardBy: received.consumed)
      try self.proceed(context.channel, Self.source(received.header, context))
    } catch {
      self.end.note(.closedBroken)
      return context.close(promise: nil)
    }
    self.isDone = true
    if bytes.readableBytes > 0 {
      context.fireChannelRead(self.wrapInboundOut(bytes))
      context.fireChannelReadComplete()
    }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  /// A proxy that speaks for itself, as with its own health checks, is the source itself.
  private static func source(_ header: ProxyHeader, _ context: ChannelHandlerContext) -> String {
    switch header.subject {
    case .client(let source, _): source.address.description
    case .local: context.channel.remoteAddress?.ipAddress ?? "unknown"
    case .unknown: "unknown"
    }
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
    } else if let since = self.drainsSince, since + limits.firstRequestNotice <= now {
      self.cut()
    }
  }

  /// Whoever has just connected does not know that the gateway stops.
  func drain() { self.drainsSince = self.drainsSince ?? .now() }

  func cut() {
    self.end.note(.closedDraining)
    self.context?.close(promise: nil)
  }
}
