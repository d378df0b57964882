import JOSE
import StrictJSON
import Testing

@Suite struct VerificationKeyTests {
  private func refusal(
    _ members: JSONObject, permitting: Set<SignatureAlgorithm> = Set(SignatureAlgorithm.allCases)
  ) -> JOSEError.Code? {
    let error = #expect(throws: JOSEError.self) {
      try verificationKey(members, permitting: permitting)
    }
    return error?.code
  }

  @Test("a key without alg takes what is permitted and fits its type and curve")
  func restricted() throws {
    let rsa: Set<SignatureAlgorithm> = [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
    #expect(try verificationKey(RFCVectors.rsaKey).algorithms == rsa)
    #expect(try verificationKey(RFCVectors.p256Key).algorithms == [.es256])
    #expect(try verificationKey(RFCVectors.p521Key).algorithms == [.es512])
    #expect(try verificationKey(RFCVectors.ed25519Key).algorithms == [.edDSA])
    #expect(
      try verificationKey(RFCVectors.rsaKey, permitting: [.es256, .ps256]).algorithms == [.ps256])
    #expect(refusal(RFCVectors.rsaKey, permitting: [.es256, .edDSA]) == .algorithmNotAllowed)
    #expect(refusal(RFCVectors.p256Key, permitting: []) == .algorithmNotAllowed)
  }

  @Test("a key's own alg is the only one it takes")
  func ownAlgorithm() throws {
    let key = try verificationKey(with(RFCVectors.rsaKey, ["alg": "PS256"]))
    #expect(key.algorithms == [.ps256])
    let error = #expect(throws: JOSEError.self) {
      try UnverifiedJWS(compact: RFCVectors.rs256).verify(with: key)
    }
    #expect(error?.code == .algorithmNotAllowed)
  }

  @Test("an alg that is unknown, or does not fit the key, is refused")
  func unfitAlgorithm() {
    for name: JSONValue in ["ES521", "HS256", "none", "RSA-OAEP", "", "es256"] {
      #expect(refusal(with(RFCVectors.p256Key, ["alg": name])) == .unsupported)
    }
    for name: JSONValue in ["ES384", "ES512", "RS256", "EdDSA"] {
      #expect(refusal(with(RFCVectors.p256Key, ["alg": name])) == .algorithmNotAllowed)
    }
  }

  @Test("a header that names an algorithm the issuer does not use is refused")
  func headerAlgorithm() throws {
    let key = try verificationKey(RFCVectors.rsaKey, permitting: [.ps256, .rs512])
    let error = #expect(throws: JOSEError.self) {
      try UnverifiedJWS(compact: RFCVectors.rs256).verify(with: key)
    }
    #expect(error?.code == .algorithmNotAllowed)
  }

  @Test("use and key_ops must allow verifying")
  func uses() throws {
    for use: JSONValue in ["enc", "x509-svid", "", "SIG"] {
      #expect(refusal(with(RFCVectors.p256Key, ["use": use])) == .keyMismatch)
    }
    for use: JSONValue in ["sig", "jwt-svid"] {
      _ = try verificationKey(with(RFCVectors.p256Key, ["use": use]))
    }
    let operations: [JSONValue] = [[], ["encrypt"], ["sign"]]
    for value in operations {
      #expect(refusal(with(RFCVectors.p256Key, ["key_ops": value])) == .keyMismatch)
    }
    _ = try verificationKey(with(RFCVectors.p256Key, ["key_ops": ["sign", "verify"]]))
    let svid = try JSONWebKey(with(RFCVectors.p256Key, ["use": "sig"]))
    #expect(throws: JOSEError.self) {
      try VerificationKey(svid, permitting: [.es256], uses: ["jwt-svid"])
    }
  }

  @Test("a kid in the header must be the key's")
  func keyIDs() throws {
    let signer = try testSigner(keyID: "K")
    let jws = try UnverifiedJWS(
      compact: JWSSigning.sign(payload: [], type: nil, signer: signer).compact)
    let own = try verificationKey(with(RFCVectors.p256Key, ["kid": "K"]))
    #expect(try jws.verify(with: own).keyID == "K")
    #expect(try jws.verify(with: verificationKey(RFCVectors.p256Key)).keyID == nil)
    for other: JSONValue in ["k", "", "K ", "\u{212A}"] {
      let key = try verificationKey(with(RFCVectors.p256Key, ["kid": other]))
      let error = #expect(throws: JOSEError.self) { try jws.verify(with: key) }
      #expect(error?.code == .keyMismatch)
    }
    let withoutKeyID = try UnverifiedJWS(compact: RFCVectors.es256)
    #expect(try withoutKeyID.verify(with: own).keyID == "K")
  }
}
