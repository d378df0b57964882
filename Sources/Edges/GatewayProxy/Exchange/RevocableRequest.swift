import Gateway
import NIOCore

/// Whoever can end a request of its own.
protocol RequestHolder: AnyObject {
  /// - Parameter serial: which of its requests; another one is not touched.
  func endRefused(_ serial: UInt64)
}

/// One request under way, for those who find its credential revoked, on whatever thread.
final class RevocableRequest: LiveRequest {
  private let holder: NIOLoopBound<any RequestHolder>
  private let eventLoop: any EventLoop
  private let serial: UInt64

  init(_ holder: any RequestHolder, serial: UInt64, on eventLoop: any EventLoop) {
    self.holder = NIOLoopBound(holder, eventLoop: eventLoop)
    self.eventLoop = eventLoop
    self.serial = serial
  }

  func endRefused() {
    self.eventLoop.execute { self.holder.value.endRefused(self.serial) }
  }
}
