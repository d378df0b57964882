import Inspection
import NIOCore
import NIOPosix
import NIOSSL

@testable import Upstreams

/// A service on loopback that treats every request in one way.
struct LoopbackService {
  enum Manner: Sendable {
    case answer(String)
    case silence
    case close
    /// Accepts the connection and resets it before it reads.
    case reset
  }

  let port: Int
  let heads: AsyncStream<String>
  /// What clients proved, as DER; empty where they proved nothing.
  let clients: AsyncStream<[UInt8]>

  var origin: Upstream.Origin { .init(host: "127.0.0.1", port: UInt16(clamping: self.port)) }

  static func run(
    _ manner: Manner, tls: NIOSSLContext? = nil,
    _ body: (LoopbackService) async throws -> Void
  ) async throws {
    let (heads, head) = AsyncStream<String>.makeStream()
    let (clients, client) = AsyncStream<[UInt8]>.makeStream()
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls {
            let handler = NIOSSLServerHandler(
              context: tls,
              customVerificationCallback: { chain, promise in
                client.yield((try? chain.first?.toDERBytes()) ?? [])
                promise.succeed(.certificateVerified)
              })
            try channel.pipeline.syncOperations.addHandler(handler)
          }
          try channel.pipeline.syncOperations.addHandler(MannerHandler(manner, head))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let service = LoopbackService(
      port: server.localAddress?.port ?? 0, heads: heads, clients: clients)
    do {
      try await body(service)
    } catch {
      try await server.close().get()
      throw error
    }
    try await server.close().get()
  }
}

private final class MannerHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let manner: LoopbackService.Manner
  private let heads: AsyncStream<String>.Continuation
  private var received = ""

  init(_ manner: LoopbackService.Manner, _ heads: AsyncStream<String>.Continuation) {
    self.manner = manner
    self.heads = heads
  }

  func channelActive(context: ChannelHandlerContext) {
    if case .reset = self.manner { context.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    self.received += String(buffer: self.unwrapInboundIn(data))
    guard self.received.hasSuffix("\r\n\r\n") else { return }
    self.heads.yield(self.received)
    self.received = ""
    switch self.manner {
    case .answer(let text):
      let bytes = context.channel.allocator.buffer(string: text)
      context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
    case .close: context.close(promise: nil)
    case .silence, .reset: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
