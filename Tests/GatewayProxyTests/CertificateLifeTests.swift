import Audit
import Credentials
import Crypto
import Gateway
import Inspection
import NIOCore
import SPIFFE
import StrictJSON
import Subprocess
import TestIssuers
import Testing

@Suite("What a connection's certificates are good for, over TLS")
struct CertificateLifeTests {
  private let home: TestAuthority
  private let server: TestServer
  private let other: TestServer

  init() throws {
    self.home = try TestAuthority()
    self.server = try TestServer()
    self.other = try TestServer(["other.example"])
  }

  private func options() throws -> TestStage.Options {
    var options = TestStage.Options()
    options.security = try TestServer.security([self.server, self.other])
    options.bundles = try TrustBundleSet([try self.home.bundle()])
    return options
  }

  enum Revoked: CaseIterable {
    case workload, serial, serialBesideToken

    func view(_ identity: TestIdentity) throws -> RevocationView {
      switch self {
      case .workload:
        let workload = try SPIFFEID(parsing: "spiffe://example.org/shop/checkout")
        return RevocationView(cutoffs: [Principal(workload): TestStage.now.seconds])
      case .serial, .serialBesideToken:
        return RevocationView(credentials: [try CredentialID(identity.serial)])
      }
    }

    var problem: String {
      self == .workload ? "credential/workload-revoked" : "credential/token-revoked"
    }
  }

  private func revoke(_ view: RevocationView, _ stage: TestStage) {
    #expect(stage.live.count == 1)
    let world = stage.world.alsoRefusing(view)
    stage.current.replace(with: world)
    stage.live.closeRefused(by: world)
    #expect(stage.live.count == 0)
  }

  private func expectNote(_ stage: TestStage) async throws {
    let reasons = try await stage.events().compactMap(\.decision?.reasons).flatMap(\.self)
    #expect(reasons.contains { $0.hasPrefix("credential-revoked") })
  }

  @Test(
    "revocation ends an open stream, and the next request of its connection is refused",
    .timeLimit(.minutes(1)), arguments: Revoked.allCases)
  func streams(_ revoked: Revoked) async throws {
    let identity = try self.home.identity()
    let beginning = try self.server.beginning(identity, .http2)
    try await TestStage.run(self.options()) { stage in
      let token =
        revoked == .serialBesideToken
        ? try stage.issuer.token(["cnf": identity.confirmation]) : nil
      let fields = { (path: String) in
        Question(path: path, token: token).fields(scheme: "https")
      }
      try await HTTP2Client.connect(stage, beginning) { client in
        try await client.send(headers: fields("/stream"), on: 1)
        while client.answers[1]?.text != "hello" { try #require(try await client.readFrame()) }
        self.revoke(try revoked.view(identity), stage)
        #expect(try await client.answer(on: 1).reset != nil)
        try await client.send(headers: fields("/hops"), on: 3)
        let answer = try await client.answer(on: 3)
        #expect((answer.status, answer.problem ?? "") == (401, revoked.problem))
      }
      try await self.expectNote(stage)
    }
  }

  @Test(
    "revocation ends the connection of a stream in HTTP/1.1, and others get nothing more",
    .timeLimit(.minutes(1)), arguments: Revoked.allCases)
  func connections(_ revoked: Revoked) async throws {
    let identity = try self.home.identity()
    let beginning = try self.server.beginning(identity, .http1)
    try await TestStage.run(self.options()) { stage in
      let token =
        revoked == .serialBesideToken
        ? try stage.issuer.token(["cnf": identity.confirmation]) : nil
      try await stage.connect(beginning) { kept in
        try await kept.send(head: Question(token: token).lines)
        #expect(try await kept.answer().status == 200)
        try await stage.connect(beginning) { client in
          try await client.send(head: Question(path: "/stream", token: token).lines)
          #expect(try await client.read(until: "hello\r\n"))
          self.revoke(try revoked.view(identity), stage)
          #expect(try await client.isAtEnd())
        }
        try await kept.send(head: Question(token: token).lines)
        let answer = try await kept.answer()
        #expect((answer.status, answer.problem ?? "") == (401, revoked.problem))
      }
      try await self.expectNote(stage)
    }
  }

  @Test(
    "a Host that is not in the connection's certificate is misdirected, and the connection goes on",
    arguments: TestVersion.allCases)
  func misdirected(_ version: TestVersion) async throws {
    let identity = try self.home.identity()
    try await TestStage.run(self.options()) { stage in
      let first = try await stage.ask(
        [
          "other.example", "shop.example", "a.b.shop.example", "a.shop.example",
          "ORDERS.example:443",
        ]
        .map { Question(host: $0) },
        self.server.beginning(identity, version), version)
      #expect(first.map(\.status) == [421, 421, 421, 404, 200])
      #expect(first.prefix(3).allSatisfy { $0.problem == "host/misdirected" })
      let second = try await stage.ask(
        ["orders.example", "other.example", "orders.example"].map { Question(host: $0) },
        self.other.beginning(identity, version, serverName: "other.example"), version)
      #expect(second.map(\.status) == [421, 404, 421])
      #expect(stage.upstream.heads.count == 1)
    }
  }

  @Test(
    "who resumes the session of a client with a certificate, without it, is nobody",
    .timeLimit(.minutes(1)), arguments: ["-tls1_2", "-tls1_3"])
  func resumption(_ version: String) async throws {
    let identity = try self.home.identity()
    let folder = try TestFolder()
    let session = folder.file("session")
    let certificate = try [
      "-cert", folder.write(identity.certificatePEM(), to: "crt"),
      "-key", folder.write(identity.key.pemRepresentation, to: "key"),
    ]
    try await TestStage.run(self.options()) { stage in
      let first = try await Self.openSSL(
        stage.port, [version, "-sess_out", session] + certificate)
      #expect(first.contains("HTTP/1.1 200 OK"), "\(first)")
      let again = try await Self.openSSL(stage.port, [version, "-sess_in", session] + certificate)
      #expect(again.contains("HTTP/1.1 200 OK"), "\(again)")
      let thief = try await Self.openSSL(stage.port, [version, "-sess_in", session])
      #expect(thief.contains("HTTP/1.1 401 "), "\(thief)")
      #expect(thief.contains("New, "), "\(thief)")
      let events = try await stage.events()
      #expect(events.compactMap(\.credential?.id) == [identity.serial, identity.serial])
    }
  }

  /// Asks as a client of OpenSSL does.
  /// - Returns: all that it printed.
  private static func openSSL(_ port: Int, _ arguments: [String]) async throws -> String {
    let head = "GET /hops HTTP/1.1\r\nHost: orders.example\r\nConnection: close\r\n\r\n"
    let result = try await Subprocess.run(
      .name("openssl"),
      arguments: Arguments(
        [
          "s_client", "-connect", "127.0.0.1:\(port)", "-servername", "orders.example",
          "-ign_eof",
        ] + arguments),
      input: .string(head), output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    return result.standardOutput + result.standardError
  }
}
