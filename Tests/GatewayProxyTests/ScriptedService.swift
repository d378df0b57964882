import Crypto
import FoundationEssentials
import Glibc
import Inspection
import NIOCore
import NIOPosix
import NIOSSL
import SwiftASN1
import Testing
import X509

/// A service that does on each connection what its script says, byte by byte.
struct ScriptedService {
  let port: UInt16

  /// One connection, from its beginning.
  struct Connection {
    /// From 1 on, in the order in which they came.
    let number: Int
    let channel: any Channel
    fileprivate var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    fileprivate let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// Reads until this text has come; false at the end.
    mutating func read(until text: String) async throws -> Bool {
      var all = ""
      while !all.contains(text) {
        guard let more = try? await self.inbound.next(isolation: #isolation) else { return false }
        all += String(buffer: more)
      }
      return true
    }

    /// Whatever comes next; `nil` at the end.
    mutating func readSome() async throws -> ByteBuffer? {
      try await self.inbound.next(isolation: #isolation)
    }

    mutating func readHead() async throws -> Bool { try await self.read(until: "\r\n\r\n") }

    func write(_ text: String) async throws {
      try await self.outbound.write(ByteBuffer(string: text))
    }

    /// Ends the connection with a reset.
    func reset() async throws {
      let options = try #require(self.channel as? any SocketOptionProvider)
      try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
      try? await self.channel.close()
    }

    /// Ends the connection below TLS, which says nothing.
    func endWithoutTLS() async throws {
      let channel = self.channel
      try await channel.eventLoop.submit {
        try channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
          .close(promise: nil)
      }.get()
    }
  }

  /// - Parameter hasSmallBuffers: whether the kernel takes little from a client that the script does not
  ///   read from, and leaves little with it, as over a network of small packets.
  static func run(
    on group: MultiThreadedEventLoopGroup, tls: NIOSSLContext? = nil, hasSmallBuffers: Bool = false,
    _ script: @escaping @Sendable (inout Connection) async throws -> Void,
    _ body: (ScriptedService) async throws -> Void
  ) async throws {
    let server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never> =
      try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { channel in
        guard hasSmallBuffers else { return channel.eventLoop.makeSucceededVoidFuture() }
        // Connections have these of the socket that they came to.
        let packets = ChannelOptions.socket(.init(IPPROTO_TCP), .init(TCP_MAXSEG))
        return channel.setOption(.socketOption(.so_rcvbuf), value: 65_536).flatMap {
          channel.setOption(packets, value: 1460)
        }
      }
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
          }
          return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
        }
      }
    let port = UInt16(clamping: server.channel.localAddress?.port ?? 0)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        try? await server.executeThenClose { connections in
          try await withThrowingDiscardingTaskGroup { group in
            var number = 0
            for try await connection in connections {
              number += 1
              let this = number
              group.addTask { try? await Self.serve(connection, this, script) }
            }
          }
        }
      }
      try await body(ScriptedService(port: port))
      tasks.cancelAll()
    }
  }

  private static func serve(
    _ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>, _ number: Int,
    _ script: @Sendable (inout Connection) async throws -> Void
  ) async throws {
    try await channel.executeThenClose { inbound, outbound in
      var connection = Connection(
        number: number, channel: channel.channel, inbound: inbound.makeAsyncIterator(),
        outbound: outbound)
      try await script(&connection)
    }
  }
}

/// A certificate for the loopback address, and the authority to believe.
struct LoopbackCertificate {
  let context: NIOSSLContext
  /// In PEM.
  let root: String

  init() throws {
    let key = P256.Signing.PrivateKey()
    let name = try DistinguishedName { CommonName("Test service") }
    let now = Date()
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(),
      publicKey: Certificate.PublicKey(key.publicKey),
      notValidBefore: now.addingTimeInterval(-3600), notValidAfter: now.addingTimeInterval(3600),
      issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        SubjectAlternativeNames([
          .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))
        ])
      }, issuerPrivateKey: Certificate.PrivateKey(key))
    self.root = try certificate.serializeAsPEM().pemString
    self.context = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: [.certificate(try NIOSSLCertificate.fromPEMBytes(Array(root.utf8))[0])],
        privateKey: .privateKey(
          try NIOSSLPrivateKey(bytes: Array(key.pemRepresentation.utf8), format: .pem))))
  }

  func upstream(_ ports: [UInt16]) -> Upstream {
    Upstream(
      origins: ports.map { .init(host: "127.0.0.1", port: $0) },
      transport: .tls(serverName: nil, roots: .certificates(self.root)))
  }
}
