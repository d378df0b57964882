import NIOCore

/// Stands before the TLS handler until the handshake has ended: binds the connection's record, and
/// closes the connection when time is up, without asking TLS to say goodbye.
final class HandshakeWatch: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let record: HandshakeRecord
  private let timeout: TimeAmount
  private let hooks: HandshakeHooks
  private var deadline: Scheduled<Void>?
  private var context: ChannelHandlerContext?
  private var hasEnded = false

  init(record: HandshakeRecord, timeout: TimeAmount, hooks: HandshakeHooks) {
    self.record = record
    self.timeout = timeout
    self.hooks = hooks
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    self.deadline = context.eventLoop.assumeIsolated().scheduleTask(in: self.timeout) {
      self.end(.timedOut)
      self.context?.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.end(.abandoned)
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    HandshakeRecord.$current.withValue(self.record) { context.fireChannelRead(data) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    // Before TLS hears of it, which takes it for a failure of its own.
    self.end(.abandoned)
    context.fireChannelInactive()
  }

  /// Tells how the handshake ended, if that was not told yet.
  func end(_ how: HandshakeEnd) {
    guard !self.hasEnded else { return }
    self.hasEnded = true
    self.deadline?.cancel()
    self.deadline = nil
    self.hooks.end(how)
  }
}
