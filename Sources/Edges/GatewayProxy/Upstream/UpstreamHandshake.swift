import NIOCore
import NIOTLS

/// Waits until TLS with an endpoint is agreed on. Only then is there a connection: what fails before has
/// taken nothing of a request.
final class UpstreamHandshake: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private enum State {
    case waiting
    /// `nil` for none: TLS is agreed on.
    case ended(UpstreamFailure?)
  }

  private var state = State.waiting
  private var told: ((UpstreamFailure?) -> Void)?
  private var context: ChannelHandlerContext?
  private var timer: Scheduled<Void>?

  /// - Parameter end: when it is too late.
  init(_ eventLoop: any EventLoop, until end: NIODeadline) {
    self.timer = eventLoop.assumeIsolated().scheduleTask(deadline: end) {
      self.end(.connectTimeout)
      self.context?.close(promise: nil)
    }
  }

  /// Calls `body` once, now or later, with what went wrong, if anything.
  func whenComplete(_ body: @escaping (UpstreamFailure?) -> Void) {
    guard case .ended(let failure) = self.state else {
      self.told = body
      return
    }
    body(failure)
  }

  /// There is no connection at all.
  func cancel() { self.end(.unreachable) }

  private func end(_ failure: UpstreamFailure?) {
    guard case .waiting = self.state else { return }
    self.state = .ended(failure)
    self.timer?.cancel()
    self.timer = nil
    self.told.take()?(failure)
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    self.end(.handshake)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted = event as? TLSUserEvent { self.end(nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.end(.handshake)
    context.fireErrorCaught(error)
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.end(.handshake)
    context.fireChannelInactive()
  }
}
