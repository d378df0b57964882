import NIOCore

/// Content of a request that came before there was anybody to take it.
struct HeldContent {
  /// From this many bytes on no more is asked for.
  private static let most = 16_384

  private var bytes: ByteBuffer?

  var isEmpty: Bool { self.bytes == nil }
  var isFull: Bool { self.bytes.map { $0.readableBytes >= Self.most } ?? false }

  /// A piece of a larger buffer keeps all of that in memory, so it is copied.
  mutating func append(_ piece: ByteBuffer) {
    guard piece.readableBytes > 0 else { return }
    var bytes = self.bytes.take() ?? ByteBuffer()
    bytes.writeImmutableBuffer(piece)
    self.bytes = bytes
  }

  /// All that is held, which is nothing afterwards.
  mutating func take() -> ByteBuffer? { self.bytes.take() }
}
