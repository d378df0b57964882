import NIOCore

/// Memory for the heads of messages on one event loop: what was sent can be filled again.
///
/// A head is made and sent within one turn of the loop, so that few buffers serve all connections. Only those
/// return that went to their socket whole and at once; others are freed as usual.
final class BufferStock {
  private var spare: [ByteBuffer] = []

  private static let most = 64
  /// Bytes of each buffer; longer heads have their own.
  private static let room = 4096

  /// An empty buffer with at least so much room.
  func take(room: Int) -> ByteBuffer {
    guard room <= Self.room else { return ByteBufferAllocator().buffer(capacity: room) }
    guard var buffer = self.spare.popLast() else {
      return ByteBufferAllocator().buffer(capacity: Self.room)
    }
    // Were somebody still reading it, this would give it other memory.
    buffer.clear()
    return buffer
  }

  /// Takes back what `take` gave; anything of another size is let go.
  func put(_ buffer: ByteBuffer) {
    guard self.spare.count < Self.most, buffer.capacity == Self.room else { return }
    self.spare.append(buffer)
  }
}
