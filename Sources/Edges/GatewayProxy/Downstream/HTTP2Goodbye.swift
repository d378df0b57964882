import NIOCore

/// Stands between a connection's frames and its bytes, where it can be seen that the library gives the
/// connection up, and where it can be said, past the library, that the connection will end.
final class HTTP2Goodbye: ChannelOutboundHandler {
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  /// Whether the library has said goodbye because of an error.
  private(set) var isBroken = false
  private var context: ChannelHandlerContext?

  /// Of a GOAWAY frame without debug data, until its last stream: its length, its type, no flags and the
  /// connection's own stream (RFC 9113 sections 4.1 and 6.8).
  private static let start: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0]
  private static let length = 17

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .byteBuffer(let bytes) = self.unwrapOutboundIn(data) { self.look(at: bytes) }
    context.write(data, promise: promise)
  }

  /// The library writes the head of a frame by itself, and this frame in one piece.
  private func look(at bytes: ByteBuffer) {
    guard bytes.readableBytes == Self.length, bytes.readableBytesView.starts(with: Self.start),
      let code = bytes.getInteger(at: bytes.readerIndex + 13, as: UInt32.self), code != 0
    else { return }
    self.isBroken = true
  }

  /// Says that the connection will end, and nothing yet about where. After any GOAWAY of its own the
  /// library takes no further stream.
  func announce() {
    guard let context = self.context else { return }
    var frame = ByteBuffer(bytes: Self.start)
    frame.writeMultipleIntegers(UInt32(Int32.max), UInt32(0))
    context.writeAndFlush(self.wrapOutboundOut(.byteBuffer(frame)), promise: nil)
  }
}
