import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// How a client's connection begins, before it sends a request.
struct TestBeginning: Sendable {
  struct TLS: Sendable {
    let context: NIOSSLContext
    let serverName: String
  }

  /// What it sends before everything else.
  var prefix: [UInt8] = []
  var tls: TLS?
  /// Whether the kernel takes little for it, as over a network of small packets.
  var hasSmallBuffers = false

  func connect(
    port: Int, group: MultiThreadedEventLoopGroup
  ) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
    var bootstrap = ClientBootstrap(group: group)
    if self.hasSmallBuffers {
      let packets = ChannelOptions.socket(.init(IPPROTO_TCP), .init(TCP_MAXSEG))
      bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 32_768)
        .channelOption(packets, value: 1460)
    }
    return try await bootstrap.connect(host: "127.0.0.1", port: port) { channel in
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        if !self.prefix.isEmpty { try pipeline.addHandler(PrefixSender(self.prefix)) }
        if let tls = self.tls {
          try pipeline.addHandler(
            NIOSSLClientHandler(context: tls.context, serverHostname: tls.serverName))
        }
        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
      }
    }
  }
}

/// Sends its bytes before the handlers behind it can send any.
private final class PrefixSender: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let prefix: [UInt8]

  init(_ prefix: [UInt8]) { self.prefix = prefix }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(bytes: self.prefix)), promise: nil)
    context.fireChannelActive()
  }
}
