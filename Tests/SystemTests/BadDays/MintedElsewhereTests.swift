import Crypto
import Foundation
import JOSE
import RecordStore
import SQLiteStore
import StrictJSON
import Testing

extension SystemTests {
  @Suite("A signing key in other hands")
  struct MintedElsewhereTests {
    @Test("a token minted with the real key is reported with the key's id, which is then revoked")
    func mintedElsewhere() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let genuine = try await dev.token()
          #expect(try await dev.call(token: genuine).status == 200)
          let key = try await StolenKey(sandbox, issuedBy: genuine)
          try await Self.expired(dev, key, genuine)
          let forged = try key.token(like: genuine, id: "forged-1", expiresIn: 300)
          let answer = try await dev.call(token: forged)
          #expect(answer.status == 200, "its signature is right: \(answer.text)")
          let finding = try await Self.finding(dev, forged)
          #expect(finding["keyId"]?.stringValue == key.keyID)
          #expect(finding["workload"]?.stringValue == Shop.checkout)
          #expect(finding["requestId"]?.stringValue == answer.requestID)
          // The genuine one, of the same key, is no finding.
          let digest = try HeldCredential(jwt: genuine).digest
          let findings = try await dev.status()["findings"]?.elements ?? []
          #expect(!findings.contains { $0["digest"]?.stringValue == digest })
          try await Self.trace(dev, forged, answer, key.keyID)
          try await Self.revokeKey(dev, forged, genuine, key.keyID)
        }
      }
    }

    /// The detection of a token, at the latest five seconds after its first use.
    private static func finding(_ dev: RunningDev, _ token: String) async throws -> JSONValue {
      let digest = try HeldCredential(jwt: token).digest
      return try await Waiting.value(of: "the finding", within: .seconds(5)) {
        try await dev.status()["findings"]?.elements
          .first { $0["digest"]?.stringValue == digest }
      }
    }

    /// A right signature does not make up for the time.
    private static func expired(
      _ dev: RunningDev, _ key: StolenKey, _ genuine: String
    ) async throws {
      let old = try key.token(like: genuine, id: "old", expiresIn: -10)
      #expect(try await dev.call(token: old).problem == "credential/token-expired")
      let early = try key.token(like: genuine, id: "early", expiresIn: 300, startsIn: 200)
      #expect(try await dev.call(token: early).problem == "credential/token-not-yet-valid")
      // What has an SVID's type is taken for one, of which access-token keys verify none.
      let svid = try key.token(like: genuine, id: "type", expiresIn: 300, type: "JWT")
      #expect(try await dev.call(token: svid).problem == "credential/key-unknown")
      let typed = try key.token(like: genuine, id: "type", expiresIn: 300, type: "logout+jwt")
      #expect(try await dev.call(token: typed).problem == "credential/type-mismatch")
      let nobody = try key.token(
        like: genuine, id: "nobody", expiresIn: 300, subject: "spiffe://gatehouse.test/nobody")
      #expect(try await dev.call(token: nobody).problem == "credential/workload-unknown")
    }

    private static func trace(
      _ dev: RunningDev, _ token: String, _ answer: HTTPAnswer, _ keyID: String
    ) async throws {
      let held = try HeldCredential(jwt: token)
      for query in [held.digest, held.id, answer.requestID] {
        let trace = try await dev.trace(query)
        #expect(trace["credential"]?["keyId"]?.stringValue == keyID)
        #expect(trace["evidence"]?.isNull == true)
        #expect(trace["detections"]?.elements.first?["keyId"]?.stringValue == keyID)
      }
      let story = try await dev.cli.done("trace", held.digest)
      #expect(story.output.contains(keyID))
    }

    private static func revokeKey(
      _ dev: RunningDev, _ forged: String, _ genuine: String, _ keyID: String
    ) async throws {
      try await dev.cli.done("revoke", "--key", keyID, "--reason", "stolen")
      for token in [forged, genuine] {
        let refused = try await dev.call(token: token)
        #expect(refused.status == 401)
        #expect(refused["www-authenticate"]?.contains("invalid_token") == true)
      }
      let fresh = try await dev.token()
      #expect(try HeldCredential.header(fresh)["kid"]?.stringValue != keyID)
      #expect(try await dev.call(token: fresh).status == 200)
      let keys =
        try await HTTPRequest(
          target: "/keys", fields: [("Host", dev.api.description)]
        ).send(to: .tcp(dev.api)).json["keys"]?.elements ?? []
      #expect(!keys.contains { $0["kid"]?.stringValue == keyID })
      let trace = try await dev.trace(try HeldCredential(jwt: genuine).id)
      #expect(trace["revocation"]?["reason"]?.stringValue == "stolen")
    }
  }
}

/// The active access-token key as somebody takes it who has the disk and the key-encryption key.
struct StolenKey {
  let keyID: String
  private let key: P256.Signing.PrivateKey

  init(_ sandbox: Sandbox, issuedBy token: String) async throws {
    guard let keyID = try HeldCredential.header(token)["kid"]?.stringValue,
      let kind = RecordKind(rawValue: "sealed-key")
    else { throw SystemFailure("the token names no key") }
    let store = try SQLiteRecordStore(path: "\(sandbox.state)/records.sqlite")
    let record = try await store.get(try RecordKey(kind: kind, name: keyID))
    await store.close()
    guard let record, let text = try JSONValue(parsing: record.value)["sealed"]?.stringValue else {
      throw SystemFailure("there is no sealed key \(keyID)")
    }
    let secret = try Files.bytes("\(sandbox.state)/secrets/key-encryption-key")
    let raw = try AES.GCM.open(
      try AES.GCM.SealedBox(combined: try Base64URL.decode(text)),
      using: SymmetricKey(data: secret),
      authenticating: Array("signing-key/access-token/\(keyID)".utf8))
    self.keyID = keyID
    self.key = try P256.Signing.PrivateKey(rawRepresentation: raw)
  }

  var rawRepresentation: [UInt8] { Array(self.key.rawRepresentation) }

  /// A token with the claims of another one, but an id and a life of its own.
  func token(
    like genuine: String, id: String, expiresIn seconds: Int64, startsIn delay: Int64 = 0,
    type: String = "at+jwt", subject: String? = nil
  ) throws -> String {
    var claims = try HeldCredential.claims(genuine)
    let now = Int64(Date().timeIntervalSince1970)
    let start = min(now, now + seconds) + delay
    claims["jti"] = .string(id)
    claims["iat"] = .integer(start)
    claims["nbf"] = .integer(start)
    claims["exp"] = .integer(now + seconds)
    if let subject {
      claims["sub"] = .string(subject)
      claims["client_id"] = .string(subject)
    }
    return try JWSSigning.sign(
      payload: JSONValue.object(claims).serialized(), type: type,
      signer: ES256Signer(key: self.key, keyID: self.keyID)
    ).compact
  }
}
