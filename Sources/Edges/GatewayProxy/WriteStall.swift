import NIOCore

/// Closes a connection whose peer takes nothing of what is sent to it.
///
/// Progress is a write that was taken whole; writes are at most as large as what was read at once
/// from a service.
final class WriteStall: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let limit: TimeAmount
  private var pending = 0
  private var progressed = NIODeadline.uptimeNanoseconds(0)
  private var timer: Scheduled<Void>?

  init(limit: TimeAmount) {
    self.limit = limit
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if self.pending == 0 { self.progressed = .now() }
    self.pending += 1
    let written = promise ?? context.eventLoop.makePromise()
    written.futureResult.assumeIsolated().whenComplete { _ in
      self.pending -= 1
      self.progressed = .now()
    }
    // One timer is left running over many writes: most end long before it.
    if self.timer == nil { self.watch(context, until: self.progressed + self.limit) }
    context.write(data, promise: written)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.timer?.cancel()
    self.timer = nil
  }

  private func watch(_ context: ChannelHandlerContext, until deadline: NIODeadline) {
    self.timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      self.timer = nil
      guard self.pending > 0 else { return }
      let next = self.progressed + self.limit
      if next <= .now() {
        context.close(promise: nil)
      } else {
        self.watch(context, until: next)
      }
    }
  }
}
