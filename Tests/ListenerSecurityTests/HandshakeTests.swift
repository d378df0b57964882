import FoundationEssentials
import ListenerSecurity
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import SwiftASN1
import Testing
import X509

private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Two certificates in files: `a.example`, the standard one, and `b.example` with `*.c.example`.
struct TwoCertificates {
  let folder: TestFolder
  let authority: TestCertificates

  init() throws {
    self.folder = try TestFolder()
    self.authority = try TestCertificates()
    try self.write("a", self.authority.issue("first a", names: [.dnsName("a.example")]))
    try self.write(
      "b",
      self.authority.issue("first b", names: [.dnsName("b.example"), .dnsName("*.c.example")]))
  }

  func write(_ name: String, _ issued: TestCertificates.Issued) throws {
    try self.folder.write(self.authority.chainPEM(issued), to: "\(name).pem")
    try self.folder.write(issued.keyPEM, to: "\(name).key")
  }

  var sources: [CertificateSource] {
    ["a", "b"].map { name in
      CertificateSource(
        name: name,
        place: .files(
          chain: self.folder.file("\(name).pem"), key: self.folder.file("\(name).key")))
    }
  }

  /// Handshakes may take as long as a busy machine needs, unless the settings say how long.
  func security(
    _ settings: ListenerSecuritySettings = ListenerSecuritySettings(handshakeTimeout: .hours(1))
  ) throws -> ListenerSecurity {
    try ListenerSecurity(
      sources: self.sources, settings: settings, at: TestCertificates.now, logger: logger)
  }

  /// Writes a client's certificate with its issuer, and gives the arguments that show it.
  func client() throws -> [String] {
    let issued = try self.authority.issue(
      "client", names: [.uniformResourceIdentifier("spiffe://example.org/a")], usage: .clientAuth)
    return [
      "-cert", try self.folder.write(issued.leaf.serializeAsPEM().pemString + "\n", to: "c.pem"),
      "-key", try self.folder.write(issued.keyPEM, to: "c.key"),
      "-cert_chain",
      try self.folder.write(self.authority.certificate.serializeAsPEM().pemString, to: "ca.pem"),
    ]
  }
}

@Suite("A handshake with OpenSSL")
struct HandshakeTests {
  @Test(
    "gets the certificate of the name that it asks for",
    arguments: [
      ("a.example", "first a", "name=a.example a=true b=false"),
      ("b.example", "first b", "name=b.example a=false b=true"),
      ("B.Example", "first b", "name=b.example a=false b=true"),
      ("x.c.example", "first b", "name=x.c.example a=false b=true"),
      ("unknown.example", "first a", "name=unknown.example a=true b=false"),
      ("x.y.c.example", "first a", "name=x.y.c.example a=true b=false"),
    ])
  func byName(name: String, subject: String, told: String) async throws {
    let two = try TwoCertificates()
    let answer = try await TestListener.with(two.security()) {
      try await OpenSSL.connect(to: $0.port, "-servername", name)
    }
    #expect(answer.text.contains("subject=CN = \(subject)"), "\(answer.text)")
    #expect(answer.told?.contains(told) == true, "\(answer.text)")
  }

  @Test("gets the standard certificate without a name")
  func noName() async throws {
    let two = try TwoCertificates()
    let answer = try await TestListener.with(two.security()) {
      try await OpenSSL.connect(to: $0.port, "-noservername")
    }
    #expect(answer.told?.contains("name=- a=true b=false") == true, "\(answer.text)")
  }

  @Test(
    "agrees on HTTP/2 before HTTP/1.1, whatever the client prefers",
    arguments: [
      ("h2,http/1.1", "h2"), ("http/1.1,h2", "h2"), ("http/1.1", "http/1.1"),
    ])
  func protocols(offered: String, chosen: String) async throws {
    let two = try TwoCertificates()
    let answer = try await TestListener.with(two.security()) {
      try await OpenSSL.connect(to: $0.port, "-alpn", offered)
    }
    #expect(answer.text.contains("ALPN protocol: \(chosen)"))
    #expect(answer.told?.contains("alpn=\(chosen)") == true, "\(answer.text)")
  }

  @Test("speaks HTTP/1.1 where nothing was agreed on, or HTTP/2 is off")
  func fallback() async throws {
    let two = try TwoCertificates()
    let none = try await TestListener.with(two.security()) {
      try await OpenSSL.connect(to: $0.port)
    }
    #expect(none.told?.contains("alpn=http/1.1") == true)
    let off = try await TestListener.with(
      two.security(ListenerSecuritySettings(offersHTTP2: false, handshakeTimeout: .hours(1)))
    ) {
      try await OpenSSL.connect(to: $0.port, "-alpn", "h2,http/1.1")
    }
    #expect(off.told?.contains("alpn=http/1.1") == true)
  }

  @Test(
    "is TLS 1.3, or 1.2 with authenticated encryption and forward secrecy",
    arguments: [
      ["-tls1_3"], ["-tls1_2"], ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
      ["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"],
      ["-tls1_3", "-groups", "P-256"], ["-tls1_3", "-groups", "X25519"],
    ])
  func accepted(arguments: [String]) async throws {
    let two = try TwoCertificates()
    let answer = try await TestListener.with(two.security()) {
      try await OpenSSL.connect(to: $0.port, arguments)
    }
    #expect(answer.told != nil, "\(answer.text)")
  }

  @Test(
    "is refused with anything older or weaker",
    arguments: [
      ["-tls1_1", "-cipher", "ALL@SECLEVEL=0"], ["-tls1", "-cipher", "ALL@SECLEVEL=0"],
      ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"],
      ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA"],
      ["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
      ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
      ["-tls1_2", "-cipher", "ALL:!ECDHE@SECLEVEL=0"],
    ])
  func refused(arguments: [String]) async throws {
    let two = try TwoCertificates()
    try await TestListener.with(two.security()) { listener in
      let answer = try await OpenSSL.connect(to: listener.port, arguments)
      #expect(answer.told == nil, "\(answer.text)")
      #expect(answer.text.contains("alert"), "\(answer.text)")
      #expect(await listener.ends.next() == .failed)
    }
  }

  @Test("may be held to TLS 1.3")
  func onlyTLS13() async throws {
    let two = try TwoCertificates()
    let security = try two.security(
      ListenerSecuritySettings(minimumVersion: .tls13, handshakeTimeout: .hours(1)))
    try await TestListener.with(security) { listener in
      let older = try await OpenSSL.connect(to: listener.port, "-tls1_2")
      #expect(older.told == nil)
      let newer = try await OpenSSL.connect(to: listener.port, "-tls1_3")
      #expect(newer.told != nil)
    }
  }

  @Test("uses a new certificate without a restart, and keeps the old one when the new is useless")
  func reload() async throws {
    let two = try TwoCertificates()
    let security = try two.security()
    let now = TestCertificates.now
    try await TestListener.with(security) { listener in
      let subject = {
        try await OpenSSL.connect(to: listener.port, "-servername", "a.example").text
          .split(separator: "\n").first { $0.hasPrefix("subject=") }
      }
      #expect(try await subject() == "subject=CN = first a")
      #expect(security.reload(at: now) == [.unchanged, .unchanged])

      try two.write("a", two.authority.issue("second a", names: [.dnsName("a.example")]))
      #expect(security.reload(at: now) == [.replaced, .unchanged])
      #expect(try await subject() == "subject=CN = second a")

      try two.folder.write("no certificate", to: "a.pem")
      #expect(security.reload(at: now) == [.kept(.noCertificate), .unchanged])
      // It is told once.
      #expect(security.reload(at: now) == [.unchanged, .unchanged])
      #expect(try await subject() == "subject=CN = second a")

      // The certificate came, and its key did not yet.
      let third = try two.authority.issue("third a", names: [.dnsName("a.example")])
      try two.folder.write(two.authority.chainPEM(third), to: "a.pem")
      #expect(security.reload(at: now) == [.kept(.keyDiffers), .unchanged])
      try two.folder.write(third.keyPEM, to: "a.key")
      #expect(security.reload(at: now) == [.replaced, .unchanged])
      #expect(try await subject() == "subject=CN = third a")
    }
  }
}
