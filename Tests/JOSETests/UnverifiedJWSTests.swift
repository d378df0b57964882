import Crypto
import JOSE
import StrictJSON
import Testing

@Suite struct UnverifiedJWSTests {
  private func compact(header: String, signature: String = "AAAA") -> String {
    Base64URL.encode(Array(header.utf8)) + ".e30." + signature
  }

  private func refusal(_ compact: String) -> JOSEError.Code? {
    let error = #expect(throws: JOSEError.self) { try UnverifiedJWS(compact: compact) }
    return error?.code
  }

  @Test("the header's parameters are read")
  func header() throws {
    let jws = try UnverifiedJWS(
      compact: compact(header: #"{"alg":"ES256","kid":"k1","typ":"at+jwt","cty":"x","y":[1]}"#))
    #expect(jws.header.algorithm == .es256)
    #expect(jws.header.keyID == "k1")
    #expect(jws.header.type == "at+jwt")
    #expect(jws.header.contentType == "x")
    #expect(jws.header.parameters["y"] == [1])
  }

  @Test(
    "headers that are no JOSE header are malformed",
    arguments: [
      "", "{}", "[]", "null", "x", "{\"alg\":\"ES256\"", #"{"alg":null}"#, #"{"alg":1}"#,
      #"{"alg":["ES256"]}"#, #"{"alg":"ES256","kid":1}"#, #"{"alg":"ES256","typ":null}"#,
      #"{"alg":"ES256","cty":{}}"#, #"{"alg":"ES256","alg":"ES256"}"#,
      #"{"alg":"ES256","kid":"a","\u006bid":"b"}"#, #"{"alg":"ES256"} x"#, #"{"Alg":"ES256"}"#,
    ])
  func malformedHeaders(header: String) {
    #expect(refusal(compact(header: header)) == .malformed)
  }

  @Test(
    "algorithms without a public key, and unknown ones, do not exist",
    arguments: [
      "none", "NONE", "None", "HS256", "HS512", "es256", "ES256K", "RSA1_5", "", "EdDSA ",
    ])
  func algorithms(name: String) {
    #expect(refusal(compact(header: #"{"alg":"\#(name)"}"#)) == .algorithmNotAllowed)
  }

  @Test(
    "crit and b64 are refused, whatever they say",
    arguments: [
      #"{"alg":"ES256","crit":[]}"#, #"{"alg":"ES256","crit":["exp"],"exp":1}"#,
      #"{"alg":"ES256","crit":null}"#, #"{"alg":"ES256","b64":true}"#,
      #"{"alg":"ES256","b64":false,"crit":["b64"]}"#,
    ])
  func extensions(header: String) {
    #expect(refusal(compact(header: header)) == .unsupported)
  }

  @Test(
    "texts that are no compact JWS are malformed",
    arguments: [
      "", ".", "..", "...", "a", "a.b", "a.b.", ".b.c", "e30.e30.e30.e30", "e30..",
      "{\"payload\":\"\"}", "eyJhbGciOiJFUzI1NiJ9.e30=.AAAA", "eyJhbGciOiJFUzI1NiJ9.e30.AAA=",
      "eyJhbGciOiJFUzI1NiJ9.e30.A", "eyJhbGciOiJFUzI1NiJ9.e31.AAAA", " eyJhbGciOiJFUzI1NiJ9.e30.AA",
      "eyJhbGciOiJFUzI1NiJ9.e30.AAAA\n", "eyJhbGciOiJFUzI1NiJ9.\u{0}.AAAA",
    ])
  func malformed(text: String) {
    #expect(refusal(text) == .malformed)
  }

  @Test("a text over the limit is too large before anything else")
  func tooLarge() throws {
    let huge = String(repeating: ".", count: 10_000_000)
    #expect(refusal(huge) == .tooLarge)
    let length = RFCVectors.es256.utf8.count
    _ = try UnverifiedJWS(compact: RFCVectors.es256, maximumBytes: length)
    #expect(throws: JOSEError.self) {
      try UnverifiedJWS(compact: RFCVectors.es256, maximumBytes: length - 1)
    }
  }

  @Test("a header nested too deep or with too many members is too large")
  func bombs() {
    let nested = String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
    #expect(refusal(compact(header: #"{"alg":"ES256","x":\#(nested)}"#)) == .tooLarge)
    let members = (0..<200).map { #""m\#($0)":0"# }.joined(separator: ",")
    #expect(refusal(compact(header: #"{"alg":"ES256",\#(members)}"#)) == .tooLarge)
  }

  @Test("an empty payload is a payload")
  func emptyPayload() throws {
    #expect(try UnverifiedJWS(compact: "eyJhbGciOiJFUzI1NiJ9..AAAA").unverifiedPayload == [])
  }

  @Test("every truncation and every changed character is refused")
  func tampering() throws {
    let key = try verificationKey(RFCVectors.p256Key)
    let token = Array(RFCVectors.es256.utf8)
    func isAccepted(_ bytes: [UInt8]) -> Bool {
      (try? UnverifiedJWS(compact: bytes).verify(with: key)) != nil
    }
    #expect(isAccepted(token))
    for length in 0..<token.count { #expect(!isAccepted(Array(token.prefix(length)))) }
    for position in token.indices {
      var changed = token
      changed[position] = token[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : 65
      #expect(!isAccepted(changed), "changed at \(position)")
    }
    #expect(!isAccepted(token + token))
  }

  @Test(
    "a signature of the wrong length is bad",
    arguments: [1, 32, 63, 65, 70, 96, 128, 132, 1_000])
  func lengths(length: Int) throws {
    let signature = Base64URL.encode([UInt8](repeating: 1, count: length))
    let jws = try UnverifiedJWS(compact: compact(header: #"{"alg":"ES256"}"#, signature: signature))
    let error = #expect(throws: JOSEError.self) {
      try jws.verify(with: verificationKey(RFCVectors.p256Key))
    }
    #expect(error?.code == .badSignature)
  }

  @Test("a key that the header carries is not used")
  func embeddedKey() throws {
    let attacker = P256.Signing.PrivateKey()
    let jwk = JSONWebKey.from(attacker.publicKey, keyID: nil)
    let signed = try JWSSigning.sign(
      payload: [], type: nil, signer: ES256Signer(key: attacker, keyID: "k"),
      extraHeader: ["jwk": .object(jwk.json)])
    let error = #expect(throws: JOSEError.self) {
      try UnverifiedJWS(compact: signed.compact).verify(with: verificationKey(RFCVectors.p256Key))
    }
    #expect(error?.code == .badSignature)
  }
}
