import Audit
import Credentials
import HTTPMessages
import Inspection
import SPIFFE
import StrictJSON
import TestIssuers
import Testing

@Suite("Clients with certificates, over TLS")
struct ClientCertificateTests {
  private let home: TestAuthority
  private let server: TestServer

  init() throws {
    self.home = try TestAuthority()
    self.server = try TestServer()
  }

  private func options() throws -> TestStage.Options {
    var options = TestStage.Options()
    options.security = try TestServer.security([self.server])
    options.bundles = try TrustBundleSet([try self.home.bundle()])
    return options
  }

  /// Asks once, on a connection of its own.
  private func ask(
    _ stage: TestStage, _ question: Question = Question(), as identity: TestIdentity?,
    _ version: TestVersion
  ) async throws -> Reply {
    let replies = try await stage.ask(
      [question], self.server.beginning(identity, version), version)
    return try #require(replies.first)
  }

  @Test(
    "an X.509-SVID is the identity of its workload, which has no scopes",
    arguments: TestVersion.allCases)
  func identity(_ version: TestVersion) async throws {
    let identity = try self.home.identity()
    try await TestStage.run(self.options()) { stage in
      let replies = try await stage.ask(
        [Question(), Question(method: "PATCH"), Question()],
        self.server.beginning(identity, version), version)
      #expect(replies.map(\.status) == [200, 403, 200])
      #expect(replies[1].problem == "scope/insufficient-scope")
      let heads = stage.upstream.heads.map { $0.lowercased() }
      #expect(heads.count == 2)
      #expect(
        heads.allSatisfy {
          $0.contains("gatehouse-subject: spiffe://example.org/shop/checkout\r\n")
        })
      let events = try await stage.events()
      #expect(
        events.map(\.actor.id) == Array(repeating: "spiffe://example.org/shop/checkout", count: 3))
      #expect(events.allSatisfy { $0.credential?.id == identity.serial })
      #expect(events.allSatisfy { $0.credential?.kind == CredentialKind.x509SVID.rawValue })
    }
  }

  @Test(
    "what the policy forbids is forbidden to a certificate too", arguments: TestVersion.allCases)
  func forbidden(_ version: TestVersion) async throws {
    var options = try self.options()
    options.isAllowed = false
    let identity = try self.home.identity()
    try await TestStage.run(options) { stage in
      let reply = try await self.ask(stage, as: identity, version)
      #expect(reply.status == 403)
      #expect(reply.problem?.hasPrefix("policy/") == true)
      #expect(stage.upstream.heads.isEmpty)
    }
  }

  @Test("who shows nobody's certificate, or none, is nobody", arguments: TestVersion.allCases)
  func nobody(_ version: TestVersion) async throws {
    let far = try TestAuthority("example.net")
    let impostor = try TestAuthority()
    let refused: [(TestIdentity?, String)] = [
      (nil, "credential/token-missing"),
      (try self.home.identity(to: -1), "credential/token-expired"),
      (try self.home.identity(from: 1), "credential/token-not-yet-valid"),
      (try far.identity(), "credential/trust-domain-unknown"),
      (try impostor.identity(), "credential/certificate-not-accepted"),
      (try self.home.identity("/nobody"), "credential/workload-unknown"),
    ]
    try await TestStage.run(self.options()) { stage in
      for (identity, problem) in refused {
        let reply = try await self.ask(stage, as: identity, version)
        #expect((reply.status, reply.problem ?? "") == (401, problem))
        #expect(reply.challenge?.hasPrefix("Bearer ") == true)
        // An open operation stays open.
        let open = try await self.ask(stage, Question(path: "/plain"), as: identity, version)
        #expect(open.status == (problem.hasSuffix("workload-unknown") ? 401 : 200))
      }
      #expect(stage.upstream.heads.allSatisfy { !$0.lowercased().contains("gatehouse-subject:") })
    }
  }

  @Test(
    "a token that is bound to a certificate counts beside that alone",
    arguments: TestVersion.allCases)
  func bound(_ version: TestVersion) async throws {
    let identity = try self.home.identity()
    let expired = try self.home.identity(to: -1)
    let other = try self.home.identity()
    try await TestStage.run(self.options()) { stage in
      let bound = Question(
        method: "GET", token: try stage.issuer.token(["cnf": identity.confirmation]))
      #expect(try await self.ask(stage, bound, as: identity, version).status == 200)
      for wrong in [nil, other] {
        let reply = try await self.ask(stage, bound, as: wrong, version)
        #expect((reply.status, reply.problem ?? "") == (401, "credential/binding-mismatch"))
      }
      let toExpired = Question(token: try stage.issuer.token(["cnf": expired.confirmation]))
      let reply = try await self.ask(stage, toExpired, as: expired, version)
      #expect((reply.status, reply.problem ?? "") == (401, "credential/token-expired"))
      #expect(stage.upstream.heads.count == 1)
    }
    try await TestStage.run { stage in
      let bound = Question(token: try stage.issuer.token(["cnf": identity.confirmation]))
      let reply = try #require(
        try await stage.ask([bound], TestBeginning(), version).first)
      #expect((reply.status, reply.problem ?? "") == (401, "credential/binding-mismatch"))
    }
  }

  @Test(
    "a certificate beside a token that is not bound is no second credential",
    arguments: TestVersion.allCases)
  func unbound(_ version: TestVersion) async throws {
    let beside = [
      try self.home.identity("/nobody"), try self.home.identity(to: -1),
      try TestAuthority("example.net").identity(),
    ]
    try await TestStage.run(self.options()) { stage in
      let question = Question(token: try stage.issuer.token())
      for identity in beside {
        #expect(try await self.ask(stage, question, as: identity, version).status == 200)
      }
      // A token that does not count is not made good by a certificate that does.
      let expired = Question(token: try stage.issuer.token(["exp": 1_000_099]))
      let reply = try await self.ask(stage, expired, as: self.home.identity(), version)
      #expect((reply.status, reply.problem ?? "") == (401, "credential/token-expired"))
      let heads = stage.upstream.heads.map { $0.lowercased() }
      #expect(heads.count == beside.count)
      #expect(
        heads.allSatisfy {
          $0.contains("gatehouse-subject: spiffe://example.org/shop/checkout\r\n")
        })
      let events = try await stage.events()
      #expect(events.prefix(3).allSatisfy { $0.credential?.id == "token-1" })
    }
  }
}
