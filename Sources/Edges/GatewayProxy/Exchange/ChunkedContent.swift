import HTTPMessages
import NIOCore

/// Content of unknown length on a connection that goes on, RFC 9112 section 7.1.
enum ChunkedContent {
  static func chunk(_ bytes: ByteBuffer) -> ByteBuffer {
    guard bytes.readableBytes > 0 else { return bytes }
    var chunk = ByteBuffer()
    chunk.reserveCapacity(bytes.readableBytes + 20)
    chunk.writeBytes(ChunkedEncoder.prefix(forSize: bytes.readableBytes))
    chunk.writeImmutableBuffer(bytes)
    chunk.writeBytes(ChunkedEncoder.suffix)
    return chunk
  }

  static let end = ByteBuffer(bytes: ChunkedEncoder.end)
}
