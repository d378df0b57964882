import NIOCore
import NIOHPACK
import NIOHTTP2

/// Holds a connection's number where its streams can find it.
final class ConnectionMarker: ChannelInboundHandler, Sendable {
  typealias InboundIn = NIOAny

  let number: UInt64

  init(number: UInt64) {
    self.number = number
  }
}

/// Names the connection in the header fields of each call, and takes out what the client itself may
/// have written there.
final class PeerHeaderHandler: ChannelInboundHandler, Sendable {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias InboundOut = HTTP2Frame.FramePayload

  /// A field that only this handler writes.
  static let field = "gatehouse-connection"

  private let connection: String

  init(connection: UInt64) {
    self.connection = String(connection)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .headers(var headers) = self.unwrapInboundIn(data) else {
      context.fireChannelRead(data)
      return
    }
    headers.headers.remove(name: Self.field)
    headers.headers.add(name: Self.field, value: self.connection)
    context.fireChannelRead(self.wrapInboundOut(.headers(headers)))
  }
}
