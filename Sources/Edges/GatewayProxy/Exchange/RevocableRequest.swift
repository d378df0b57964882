import Gateway
import NIOCore

/// Whoever can end a request of its own.
protocol RequestHolder: AnyObject {
  /// - Parameter serial: which of its requests; another one is not touched.
  func end(_ serial: UInt64, _ reason: AbortReason)
}

/// One request under way, for those who find its credential revoked or expired, on whatever thread.
final class RevocableRequest: LiveRequest {
  private let holder: NIOLoopBound<any RequestHolder>
  private let eventLoop: any EventLoop
  private let serial: UInt64

  init(_ holder: any RequestHolder, serial: UInt64, on eventLoop: any EventLoop) {
    self.holder = NIOLoopBound(holder, eventLoop: eventLoop)
    self.eventLoop = eventLoop
    self.serial = serial
  }

  func endRefused() { self.end(.revoked) }

  func endExpired() { self.end(.expired) }

  private func end(_ reason: AbortReason) {
    self.eventLoop.execute { self.holder.value.end(self.serial, reason) }
  }
}
