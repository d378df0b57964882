import Audit
import GatewayProxy
import IPAddresses
import NIOCore
import Testing

@Suite("Version 2 of the PROXY protocol, over sockets")
struct ProxyHeaderTests {
  private static let signature: [UInt8] = Array("\r\n\r\n\0\r\nQUIT\n".utf8)
  private static let v4: [UInt8] = [192, 0, 2, 7, 192, 0, 2, 1, 0x9c, 0x40, 0, 80]
  private static let v6: [UInt8] =
    [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [7]
    + [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1] + [0x9c, 0x40, 0, 80]

  /// - Parameters:
  ///   - command: 0x21 for a client's connection, 0x20 for one of the proxy itself.
  ///   - family: 0x11 for IPv4 and 0x21 for IPv6, over TCP.
  private static func header(
    _ command: UInt8, _ family: UInt8, _ content: [UInt8], count: Int? = nil
  ) -> [UInt8] {
    let count = UInt16(clamping: count ?? content.count)
    return Self.signature
      + [command, family, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
      + content
  }

  private func options(tls server: TestServer? = nil) throws -> TestStage.Options {
    let range = try #require(IPAddressRange("127.0.0.0/8"))
    var options = TestStage.Options()
    options.headTimeout = .hours(1)
    options.configure = { $0.proxies = [range] }
    options.security = try server.map { try TestServer.security([$0]) }
    return options
  }

  static let subjects: [(header: [UInt8], source: String, forwarded: String)] = [
    (Self.header(0x21, 0x11, Self.v4), "192.0.2.7", "for=192.0.2.7"),
    (Self.header(0x21, 0x21, Self.v6), "2001:db8::7", "for=\"[2001:db8::7]\""),
    // With an extension that nobody knows.
    (Self.header(0x21, 0x11, Self.v4 + [0xe0, 0, 2, 1, 2]), "192.0.2.7", "for=192.0.2.7"),
    // What the proxy asks for itself, whatever addresses it names.
    (Self.header(0x20, 0x11, Self.v4), "127.0.0.1", "for=127.0.0.1"),
  ]

  @Test("says where a connection comes from", arguments: subjects)
  func source(_ header: [UInt8], _ source: String, _ forwarded: String) async throws {
    try await TestStage.run(self.options()) { stage in
      let question = Question(token: try stage.issuer.token())
      for version in TestVersion.allCases {
        let replies = try await stage.ask([question], TestBeginning(prefix: header), version)
        #expect(replies.map(\.status) == [200])
      }
      #expect(stage.upstream.heads.count == 2)
      #expect(stage.upstream.heads.allSatisfy { $0.contains(forwarded) })
      #expect(try await stage.events().map(\.request?.source) == [source, source])
    }
  }

  @Test("is read before TLS begins", arguments: TestVersion.allCases)
  func beforeTLS(_ version: TestVersion) async throws {
    let server = try TestServer()
    try await TestStage.run(self.options(tls: server)) { stage in
      var beginning = try server.beginning(nil, version)
      beginning.prefix = Self.header(0x21, 0x21, Self.v6)
      let replies = try await stage.ask(
        [Question(token: try stage.issuer.token())], beginning, version)
      #expect(replies.map(\.status) == [200])
      #expect(try await stage.events().map(\.request?.source) == ["2001:db8::7"])
    }
  }

  @Test("is read from whatever pieces it comes in")
  func pieces() async throws {
    try await TestStage.run(self.options()) { stage in
      let head = "GET /hops HTTP/1.1\r\nHost: orders.example\r\nAuthorization: Bearer "
      let token = try stage.issuer.token()
      let bytes = Self.header(0x21, 0x11, Self.v4) + Array("\(head)\(token)\r\n\r\n".utf8)
      try await stage.connect { client in
        for byte in bytes.prefix(60) { try await client.outbound.write(ByteBuffer(bytes: [byte])) }
        try await client.outbound.write(ByteBuffer(bytes: bytes.dropFirst(60)))
        #expect(try await client.answer().status == 200)
      }
      #expect(try await stage.events().map(\.request?.source) == ["192.0.2.7"])
    }
  }

  static let faults: [[UInt8]] = [
    // Shorter than its addresses, and an extension that goes beyond it.
    Self.header(0x21, 0x11, Array(Self.v4.prefix(11))),
    Self.header(0x21, 0x21, Self.v4),
    Self.header(0x21, 0x11, Self.v4 + [0xe0, 0, 9, 1]),
    // Of another version, command or family.
    Self.header(0x31, 0x11, Self.v4), Self.header(0x22, 0x11, Self.v4),
    Self.header(0x21, 0x12, Self.v4),
    // As long as can be said.
    Self.header(0x21, 0x11, Self.v4, count: 65_535),
    // A checksum that is not its own.
    Self.header(0x21, 0x11, Self.v4 + [3, 0, 4, 1, 2, 3, 4]),
    [],
  ]

  @Test(
    "that is malformed, or missing, ends the connection without an answer",
    .timeLimit(.minutes(1)), arguments: faults)
  func malformed(_ header: [UInt8]) async throws {
    try await TestStage.run(self.options()) { stage in
      let token = try stage.issuer.token()
      let head = "GET /hops HTTP/1.1\r\nHost: orders.example\r\nAuthorization: Bearer \(token)"
      let isAtEnd = try await stage.connect { client in
        try? await client.outbound.write(
          ByteBuffer(bytes: header + Array("\(head)\r\n\r\n".utf8)))
        return try await client.isAtEnd()
      }
      #expect(isAtEnd)
      #expect(stage.upstream.heads.isEmpty)
    }
  }

  @Test(
    "that is cut short has the time of a head", .timeLimit(.minutes(1)),
    arguments: [1, 12, 13, 15, 16, 27])
  func cut(_ count: Int) async throws {
    var options = try self.options()
    options.headTimeout = .milliseconds(200)
    try await TestStage.run(options) { stage in
      try await stage.connect { client in
        let header = Self.header(0x21, 0x11, Self.v4)
        // Its time may be over before it sends anything.
        try? await client.outbound.write(ByteBuffer(bytes: header.prefix(count)))
        let isAtEnd = try await client.isAtEnd()
        #expect(isAtEnd)
      }
    }
  }
}
