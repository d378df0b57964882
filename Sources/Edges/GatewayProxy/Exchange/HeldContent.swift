import NIOCore

/// Content of a request that came before there was anybody to take it.
struct HeldContent {
  private var pieces: [ByteBuffer] = []
  private var bytes = 0

  /// From this many bytes on no more is asked for.
  private static let most = 16_384

  var isEmpty: Bool { self.bytes == 0 }
  var isFull: Bool { self.bytes >= Self.most }

  mutating func append(_ piece: ByteBuffer) {
    self.pieces.append(piece)
    self.bytes += piece.readableBytes
  }

  mutating func take() -> [ByteBuffer] {
    guard !self.pieces.isEmpty else { return [] }
    let pieces = self.pieces
    self = HeldContent()
    return pieces
  }
}
