import Crypto
import ListenerSecurity
import NIOCore
import NIOPosix
import SwiftASN1
import Testing
import X509

@Suite("A client's certificate")
struct ClientCertificateTests {
  private static let asked = ListenerSecuritySettings(
    clientCertificates: .asked, handshakeTimeout: .hours(1))

  @Test("is seen with its chain, whoever issued it", arguments: ["-tls1_2", "-tls1_3"])
  func seen(version: String) async throws {
    let two = try TwoCertificates()
    let client = try two.client()
    let answer = try await TestListener.with(two.security(Self.asked)) {
      try await OpenSSL.connect(to: $0.port, [version] + client)
    }
    #expect(answer.told?.contains("certificates=2 subject=CN=client") == true, "\(answer.text)")
  }

  @Test("is not needed")
  func notNeeded() async throws {
    let two = try TwoCertificates()
    let answer = try await TestListener.with(two.security(Self.asked)) {
      try await OpenSSL.connect(to: $0.port)
    }
    #expect(answer.told?.contains("certificates=0 subject=-") == true, "\(answer.text)")
  }

  @Test("is not asked for where that is not configured")
  func notAsked() async throws {
    let two = try TwoCertificates()
    let client = try two.client()
    let answer = try await TestListener.with(two.security()) {
      try await OpenSSL.connect(to: $0.port, client)
    }
    #expect(answer.told?.contains("certificates=0") == true)
    #expect(answer.text.contains("No client certificate CA names sent"))
  }

  @Test("is worth nothing without its key")
  func withoutKey() async throws {
    let two = try TwoCertificates()
    var client = try two.client()
    let other = try two.authority.issue("other", names: [], usage: .clientAuth)
    client[3] = try two.folder.write(other.keyPEM, to: "other.key")
    let answer = try await TestListener.with(two.security(Self.asked)) {
      try await OpenSSL.connect(to: $0.port, client)
    }
    #expect(answer.told?.contains("certificates=2") != true)
  }

  @Test(
    "is shown anew on each connection: no session is resumed", arguments: ["-tls1_2", "-tls1_3"])
  func neverResumed(version: String) async throws {
    let two = try TwoCertificates()
    let session = two.folder.file("session")
    let client = try two.client()
    try await TestListener.with(two.security(Self.asked)) { listener in
      let first = try await OpenSSL.connect(
        to: listener.port, [version, "-sess_out", session] + client)
      #expect(first.text.contains("New, "))
      let second = try await OpenSSL.connect(
        to: listener.port, [version, "-sess_in", session] + client)
      #expect(second.text.contains("New, "), "\(second.text)")
      #expect(!second.text.contains("Reused, "))
      #expect(second.told?.contains("certificates=2") == true, "\(second.text)")
    }
  }

  @Test(
    "aside, sessions are resumed, and know their name and certificate",
    arguments: ["-tls1_2", "-tls1_3"])
  func resumed(version: String) async throws {
    let two = try TwoCertificates()
    let session = two.folder.file("session")
    try await TestListener.with(two.security()) { listener in
      let arguments = [version, "-servername", "b.example"]
      _ = try await OpenSSL.connect(to: listener.port, arguments + ["-sess_out", session])
      let second = try await OpenSSL.connect(
        to: listener.port, arguments + ["-sess_in", session])
      #expect(second.text.contains("Reused, "), "\(second.text)")
      #expect(second.told?.contains("name=b.example a=false b=true") == true, "\(second.text)")
      // The hosts are those of the name of this handshake, and not of the session's first.
      let other = try await OpenSSL.connect(
        to: listener.port, version, "-servername", "a.example", "-sess_in", session)
      #expect(other.told?.contains("name=a.example a=true b=false") == true, "\(other.text)")
    }
  }

  @Test("has the thumbprint of RFC 8705")
  func thumbprint() throws {
    let authority = try TestCertificates()
    let issued = try authority.issue("x", names: [])
    let leaf = Array(try issued.leaf.serializeAsPEM().derBytes)
    let certificate = try #require(ClientCertificate(chainDER: [leaf, [1, 2, 3]]))
    #expect(certificate.thumbprint == Array(SHA256.hash(data: leaf)))
    #expect(certificate.leafDER == leaf)
    #expect(certificate.intermediatesDER == [[1, 2, 3]])
    #expect(try certificate.leaf() == issued.leaf)
    #expect(ClientCertificate(chainDER: []) == nil)
  }

  @Test(
    "that cannot be parsed is an error each time",
    arguments: [[], [0x30], [0x30, 0x80], Array(repeating: 0x30, count: 5_000)] as [[UInt8]])
  func malformed(bytes: [UInt8]) throws {
    let certificate = try #require(ClientCertificate(chainDER: [bytes]))
    #expect(throws: (any Error).self) { try certificate.leaf() }
    #expect(throws: (any Error).self) { try certificate.leaf() }
  }
}

@Suite("The limits of handshakes")
struct HandshakeLimitTests {
  private func connect(_ port: Int) async throws -> any Channel {
    try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port).get()
  }

  @Test("close a connection that says nothing")
  func silence() async throws {
    let two = try TwoCertificates()
    let security = try two.security(
      ListenerSecuritySettings(handshakeTimeout: .milliseconds(50)))
    try await TestListener.with(security) { listener in
      let channel = try await self.connect(listener.port)
      #expect(await listener.ends.next() == .timedOut)
      try await channel.closeFuture.get()
      #expect(listener.ends.all == [.timedOut])
    }
  }

  @Test("count a connection that goes away")
  func abandoned() async throws {
    let two = try TwoCertificates()
    try await TestListener.with(two.security()) { listener in
      let channel = try await self.connect(listener.port)
      try await channel.close()
      #expect(await listener.ends.next() == .abandoned)
    }
  }

  @Test(
    "count what is no TLS as failed",
    arguments: [
      "GET / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}\u{5}hello", "\0\0\0\0\0\0\0\0",
    ])
  func noTLS(bytes: String) async throws {
    let two = try TwoCertificates()
    try await TestListener.with(two.security()) { listener in
      let channel = try await self.connect(listener.port)
      try await channel.writeAndFlush(ByteBuffer(string: bytes))
      #expect(await listener.ends.next() == .failed)
      try await channel.closeFuture.get()
      #expect(listener.ends.all.count == 1)
    }
  }

  @Test("count a finished handshake once")
  func completed() async throws {
    let two = try TwoCertificates()
    try await TestListener.with(two.security()) { listener in
      _ = try await OpenSSL.connect(to: listener.port)
      #expect(await listener.ends.next() == .completed)
      #expect(listener.ends.all == [.completed])
    }
  }

  @Test("close a connection whose handshake may not begin, and count nothing")
  func full() async throws {
    let two = try TwoCertificates()
    try await TestListener.with(two.security(), mayBegin: false) { listener in
      let channel = try await self.connect(listener.port)
      try await channel.closeFuture.get()
      #expect(listener.ends.all.isEmpty)
    }
  }
}
