import NIOCore

/// Memory for the heads of messages on one event loop: what was sent is filled again.
///
/// A head is made and sent within one turn of the loop, so that few buffers serve all connections.
final class BufferStock {
  private var spare: [ByteBuffer] = []

  private static let most = 64
  /// Of each buffer; longer heads have their own.
  private static let room = 4096

  /// An empty buffer with at least so much room.
  func take(room: Int) -> ByteBuffer {
    guard room <= Self.room else { return ByteBufferAllocator().buffer(capacity: room) }
    guard var buffer = self.spare.popLast() else {
      return ByteBufferAllocator().buffer(capacity: Self.room)
    }
    buffer.clear()
    return buffer
  }

  /// Takes back what `take` gave, if nobody else reads it.
  func put(_ buffer: ByteBuffer) {
    guard self.spare.count < Self.most, buffer.capacity == Self.room else { return }
    self.spare.append(buffer)
  }
}
