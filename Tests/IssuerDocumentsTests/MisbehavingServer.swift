import NIOCore
import NIOPosix

/// Sends, for each path, the bytes that the test wrote down, and closes or not.
struct MisbehavingServer: Sendable {
  /// What is sent for a request.
  struct Script: Sendable {
    var bytes: String
    /// Otherwise the connection stays open after them.
    var closes = true
    /// Sent again and again until the other side goes away.
    var repeats = false
  }

  let port: Int

  static func run(
    _ scripts: [String: Script], _ body: (MisbehavingServer) async throws -> Void
  ) async throws {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Answering(scripts: scripts))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    do {
      try await body(MisbehavingServer(port: channel.localAddress?.port ?? 0))
    } catch {
      try await channel.close()
      throw error
    }
    try await channel.close()
  }

  private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let scripts: [String: Script]
    private var received = ""

    init(scripts: [String: Script]) { self.scripts = scripts }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var buffer = self.unwrapInboundIn(data)
      self.received += buffer.readString(length: buffer.readableBytes) ?? ""
      guard self.received.contains("\r\n\r\n") else { return }
      let path = self.received.split(separator: " ").dropFirst().first.map(String.init) ?? ""
      self.received = ""
      let script = self.scripts[path] ?? Script(bytes: "HTTP/1.1 404 Not Found\r\n\r\n")
      self.send(script, context)
    }

    private func send(_ script: Script, _ context: ChannelHandlerContext) {
      let written = context.writeAndFlush(
        self.wrapOutboundOut(ByteBuffer(string: script.bytes)))
      let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      written.whenSuccess {
        let (handler, context) = loopBound.value
        if script.repeats {
          handler.send(Script(bytes: String(repeating: "x", count: 65_536), repeats: true), context)
        } else if script.closes {
          context.close(promise: nil)
        }
      }
    }
  }
}
