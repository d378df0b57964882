import NIOCore
import Synchronization

/// The bytes that a client sends. What one request leaves over is the beginning of the next.
struct ClientReader {
  private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private let channel: any Channel
  private(set) var rest = ByteBuffer()
  private(set) var hasTimedOut = false

  init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, channel: any Channel) {
    self.iterator = inbound.makeAsyncIterator()
    self.channel = channel
  }

  mutating func consume(_ count: Int) { self.rest.moveReaderIndex(forwardBy: count) }

  mutating func discard() { self.rest.clear() }

  /// Reads until something is there.
  /// - Returns: false at the end of the connection, or when nothing came in time; after that nothing
  ///   more can be read, but an answer can still be sent.
  mutating func fill(until deadline: NIODeadline) async -> Bool {
    guard self.rest.readableBytes == 0 else { return true }
    return await self.fillMore(until: deadline)
  }

  /// Reads more, whatever is there already.
  mutating func fillMore(until deadline: NIODeadline) async -> Bool {
    let expired = Expiry()
    let channel = self.channel
    let timer = channel.eventLoop.scheduleTask(deadline: deadline) {
      expired.set()
      // The socket stays open for the answer; only our own reading ends.
      channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
    defer { timer.cancel() }
    guard var next = try? await self.iterator.next(isolation: #isolation) else {
      self.hasTimedOut = expired.isSet
      return false
    }
    if self.rest.readableBytes == 0 { self.rest = next } else { self.rest.writeBuffer(&next) }
    return true
  }
}

private final class Expiry: Sendable {
  private let flag = Mutex(false)

  var isSet: Bool { self.flag.withLock { $0 } }

  func set() { self.flag.withLock { $0 = true } }
}
