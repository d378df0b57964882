import JOSE
import StrictJSON
import Testing

/// Wycheproof's JWS and JWK files.
///
/// Every case is run. A token that the file calls invalid must be refused; one that it calls valid
/// must be accepted unless a reason below holds for it, and then it must be refused.
@Suite struct WycheproofTokenTests {
  /// Why a case is left out or refused although it is marked valid, and when that is so.
  private static let reasons: [(text: String, applies: @Sendable (WycheproofCase) -> Bool)] = [
    ("encryption (JWE) does not exist here", { $0.test["jwe"] != nil || isForDecryption($0) }),
    ("HMAC does not exist here", { keys($0).contains { $0["kty"] == "oct" } }),
    (
      "the key's 'alg' differs from the header's",
      { test in
        let algorithm = headerParameter("alg", of: test)
        return keys(test).contains { $0["alg"] != nil && $0["alg"] != algorithm }
      }
    ),
  ]

  @Test("tokens and keys", .enabled(if: WycheproofVectors.exist))
  func wycheproofTokens() throws {
    var tally = WycheproofTally()
    for file in try WycheproofVectors.files("json_web_") {
      for test in file.cases {
        tally.count()
        check(test, &tally)
      }
    }
    tally.printSummary("tokens and keys")
  }

  private func check(_ test: WycheproofCase, _ tally: inout WycheproofTally) {
    let isAccepted = accepts(test)
    let reason = Self.reasons.first { $0.applies(test) }
    switch test.result {
    case "valid":
      if let reason {
        tally.leaveOut(test, reason.text)
        #expect(!isAccepted, "\(test), refused because \(reason.text)")
      } else {
        #expect(isAccepted, "\(test)")
      }
    case "invalid":
      #expect(!isAccepted, "\(test)")
    case "acceptable":
      break
    default:
      Issue.record("unknown result in \(test)")
    }
  }

  private func accepts(_ test: WycheproofCase) -> Bool {
    do {
      let jws = try UnverifiedJWS(compact: Self.token(test), maximumBytes: 1 << 20)
      guard let jwk = try Self.key(test, id: jws.header.keyID) else { return false }
      let key = try VerificationKey(jwk, permitting: Set(SignatureAlgorithm.allCases))
      _ = try jws.verify(with: key)
      return true
    } catch {
      return false
    }
  }

  private static func key(_ test: WycheproofCase, id: String?) throws -> JSONWebKey? {
    let document = keyDocument(test)
    if document["keys"] == nil { return try JSONWebKey(discardingPrivateMembersOf: document) }
    let set = try JSONWebKeySet(document)
    return id.flatMap { set.key(id: $0) }
  }

  /// The compact form, or the text of any other serialization.
  private static func token(_ test: WycheproofCase) -> String {
    guard let token = test.test["jws"] ?? test.test["jwe"] else { return "" }
    return token.stringValue ?? String(decoding: token.serialized(), as: UTF8.self)
  }

  private static func keyDocument(_ test: WycheproofCase) -> JSONObject {
    (test.group["public"] ?? test.group["private"])?.objectValue ?? [:]
  }

  /// The key, or the keys of a set that the header names.
  private static func keys(_ test: WycheproofCase) -> [JSONObject] {
    let document = keyDocument(test)
    guard let set = document["keys"]?.arrayValue?.compactMap(\.objectValue) else {
      return [document]
    }
    return set.filter { $0["kid"] == headerParameter("kid", of: test) }
  }

  private static func isForDecryption(_ test: WycheproofCase) -> Bool {
    token(test).split(separator: ".", omittingEmptySubsequences: false).count == 5
  }

  private static func headerParameter(_ name: String, of test: WycheproofCase) -> JSONValue? {
    let header = token(test).split(separator: ".").first.map(String.init) ?? ""
    guard let bytes = try? Base64URL.decode(header) else { return nil }
    return (try? JSONValue(parsing: bytes))?.objectValue?[name]
  }
}
