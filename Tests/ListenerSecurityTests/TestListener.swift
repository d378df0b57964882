import FoundationEssentials
import HTTPMessages
import ListenerSecurity
import Logging
import NIOCore
import NIOPosix
import Subprocess
import Synchronization
import SystemPackage
import Testing
import X509

/// A TLS server that answers every connection with a line of what it knows of it, and closes.
final class TestListener: Sendable {
  let channel: any Channel
  let port: Int
  let ends: Ends

  /// How handshakes ended, in order.
  final class Ends: Sendable {
    private let state = Mutex<[HandshakeEnd]>([])
    private let waiting = AsyncStream<HandshakeEnd>.makeStream()

    var all: [HandshakeEnd] { self.state.withLock { $0 } }

    func add(_ end: HandshakeEnd) {
      self.state.withLock { $0.append(end) }
      self.waiting.continuation.yield(end)
    }

    func next() async -> HandshakeEnd? { await self.waiting.stream.first { _ in true } }
  }

  init(_ security: ListenerSecurity, mayBegin: Bool = true) async throws {
    let ends = Ends()
    self.ends = ends
    let hooks = HandshakeHooks(begin: { mayBegin }, end: { ends.add($0) })
    self.channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try security.secure(channel, hooks: hooks) { channel, connection in
            try channel.pipeline.syncOperations.addHandler(Teller(connection))
          }
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    self.port = try #require(self.channel.localAddress?.port)
  }

  func close() async throws { try await self.channel.close() }

  /// Runs a body against a listener that is closed afterwards.
  static func with<Result>(
    _ security: ListenerSecurity, mayBegin: Bool = true,
    _ body: (TestListener) async throws -> Result
  ) async throws -> Result {
    let listener = try await TestListener(security, mayBegin: mayBegin)
    do {
      let result = try await body(listener)
      try await listener.close()
      return result
    } catch {
      try await listener.close()
      throw error
    }
  }
}

/// Writes what is known of the connection, and closes.
private final class Teller: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let connection: SecuredConnection

  init(_ connection: SecuredConnection) { self.connection = connection }

  func handlerAdded(context: ChannelHandlerContext) {
    let certificate = self.connection.clientCertificate
    let line = [
      "TOLD", "name=\(self.connection.serverName ?? "-")",
      "a=\(self.connection.hosts.allows(host: "a.example"))",
      "b=\(self.connection.hosts.allows(host: "b.example"))",
      "alpn=\(self.connection.applicationProtocol.rawValue)",
      "version=\(self.connection.version.map { "\($0)" } ?? "-")",
      "certificates=\(certificate?.chainDER.count ?? 0)",
      "subject=\((try? certificate?.leaf().subject.description) ?? "-")",
    ].joined(separator: " ")
    context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: line + "\n")), promise: nil)
    context.close(promise: nil)
  }
}

/// The client of OpenSSL.
enum OpenSSL {
  struct Answer: Sendable {
    let isSuccess: Bool
    /// All that it printed.
    let text: String

    /// The server's line, or nil where none came. OpenSSL may print it in the midst of another.
    var told: String? {
      guard let start = self.text.firstRange(of: "TOLD ") else { return nil }
      return String(self.text[start.lowerBound...].prefix { $0 != "\n" })
    }
  }

  static func connect(to port: Int, _ arguments: String...) async throws -> Answer {
    try await self.connect(to: port, arguments)
  }

  static func connect(to port: Int, _ arguments: [String]) async throws -> Answer {
    let result = try await Subprocess.run(
      .name("openssl"),
      arguments: Arguments(
        ["s_client", "-connect", "127.0.0.1:\(port)", "-ign_eof"] + arguments),
      input: .none, output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    return Answer(
      isSuccess: result.terminationStatus.isSuccess,
      text: result.standardOutput + result.standardError)
  }
}
