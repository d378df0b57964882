import Credentials
import Crypto
import Inspection
import JOSE
import OAuth
import StrictJSON
import TestIssuers
import Testing

@Suite("Nonces of DPoP proofs, over a socket")
struct DPoPNonceTests {
  private static let slot: Int64 = 300
  private static let now = TestStage.now.seconds

  /// Whom a token is bound to.
  private struct Sender {
    let token: String
    private let key = P256.Signing.PrivateKey()

    init(_ stage: TestStage) throws {
      let jwk = JSONWebKey.from(self.key.publicKey, keyID: nil)
      self.token = try stage.issuer.token(["cnf": .object(["jkt": .string(jwk.thumbprint())])])
    }

    /// - Parameter id: each is good once.
    func fields(_ id: String, nonce: String?) throws -> [(String, String)] {
      let proof = try DPoPProofClaims(
        method: "GET", uri: try DPoPTargetURI(parsing: "http://orders.example/hops"),
        // Whatever a gateway before this one may have taken is refused.
        issuedAt: DPoPNonceTests.now + 5, jwtID: id,
        accessTokenHash: AccessTokenHash(of: try BearerToken(self.token)), nonce: nonce
      ).signed(
        by: ES256Signer(key: self.key, keyID: "any"),
        key: JSONWebKey.from(self.key.publicKey, keyID: nil))
      return [("authorization", "DPoP \(self.token)"), ("dpop", proof)]
    }
  }

  private struct Reply {
    let status: Int
    let problem: String?
    let challenge: String?
    let nonce: String?

    var asksForNonce: Bool {
      self.status == 401 && self.problem == "credential/proof-nonce"
        && self.challenge?.hasPrefix("DPoP error=\"use_dpop_nonce\"") == true
    }
  }

  private static func nonces(_ key: SymmetricKey = SymmetricKey(size: .bits256)) -> DPoPNonces {
    DPoPNonces(key: key, slot: Self.slot)
  }

  /// Sends requests on one connection, one after the other.
  private static func run(
    _ nonces: DPoPNonces?, _ version: TestVersion,
    _ body:
      @escaping @Sendable (TestStage, Sender, (String, String?) async throws -> Reply) async throws
      -> Void
  ) async throws {
    var options = TestStage.Options()
    options.proofs = ProofTerms(window: .standard, nonces: nonces)
    try await TestStage.run(options) { stage in
      let sender = try Sender(stage)
      switch version {
      case .http1:
        try await stage.connect { client in
          try await body(stage, sender) { id, nonce in
            let lines = try sender.fields(id, nonce: nonce).map { "\n\($0.0): \($0.1)" }.joined()
            try await client.send(head: "GET /hops HTTP/1.1\nHost: orders.example\(lines)")
            let answer = try await client.answer()
            return Reply(
              status: answer.status, problem: answer.problem,
              challenge: answer.field("www-authenticate"), nonce: answer.field("dpop-nonce"))
          }
        }
      case .http2:
        try await HTTP2Client.connect(stage) { client in
          var stream: UInt32 = 1
          try await body(stage, sender) { id, nonce in
            defer { stream += 2 }
            let question = Question(path: "/hops").fields(scheme: "http")
            try await client.send(
              headers: question + sender.fields(id, nonce: nonce), on: stream)
            let answer = try await client.answer(on: stream)
            return Reply(
              status: answer.status, problem: answer.problem,
              challenge: answer.field("www-authenticate"), nonce: answer.field("dpop-nonce"))
          }
        }
      }
    }
  }

  @Test(
    "a proof without one is told which to use, and passes with that",
    arguments: TestVersion.allCases)
  func retry(_ version: TestVersion) async throws {
    let nonces = Self.nonces()
    try await Self.run(nonces, version) { stage, _, ask in
      let first = try await ask("p-1", nil)
      #expect(first.asksForNonce)
      #expect(first.nonce == nonces.nonce(at: Self.now))
      #expect(stage.upstream.heads.isEmpty)
      #expect(try await ask("p-2", first.nonce).status == 200)
      // It is good for more than one proof, and no proof is good twice.
      #expect(try await ask("p-3", first.nonce).status == 200)
      let again = try await ask("p-3", first.nonce)
      #expect((again.status, again.problem ?? "") == (401, "credential/proof-replayed"))
      let head = try #require(stage.upstream.heads.first).lowercased()
      #expect(stage.upstream.heads.count == 2)
      #expect(!head.contains("dpop"))
    }
  }

  @Test(
    "a nonce that is too old, of another gateway, or nobody's, is refused with the one to use",
    arguments: TestVersion.allCases)
  func wrong(_ version: TestVersion) async throws {
    let nonces = Self.nonces()
    let wrong = [
      nonces.nonce(at: Self.now - 2 * Self.slot), nonces.nonce(at: Self.now + Self.slot),
      Self.nonces().nonce(at: Self.now), "x", "", String(repeating: "x", count: 1000),
    ]
    try await Self.run(nonces, version) { stage, _, ask in
      for (index, nonce) in wrong.enumerated() {
        let reply = try await ask("p-\(index)", nonce)
        #expect(reply.asksForNonce, "\(index)")
        #expect(reply.nonce == nonces.nonce(at: Self.now), "\(index)")
      }
      #expect(stage.upstream.heads.isEmpty)
      // That of the time before is still taken.
      #expect(try await ask("p-last", nonces.nonce(at: Self.now - Self.slot)).status == 200)
    }
  }

  @Test("where none is asked for, none is given, and one that is there does no harm")
  func off() async throws {
    try await Self.run(nil, .http1) { _, _, ask in
      let without = try await ask("p-1", nil)
      #expect((without.status, without.nonce) == (200, nil))
      #expect(try await ask("p-2", "whatever").status == 200)
    }
  }
}
