import Crypto
import JOSE
import StrictJSON
import Testing

/// The key of RFC 7515 appendix A.3.
func testPrivateKey() throws -> P256.Signing.PrivateKey {
  try P256.Signing.PrivateKey(rawRepresentation: Base64URL.decode(RFCVectors.p256Scalar))
}

func testSigner(keyID: String) throws -> ES256Signer {
  ES256Signer(key: try testPrivateKey(), keyID: keyID)
}

private struct WrongSigner: JWSSigner {
  let algorithm = SignatureAlgorithm.es256
  let keyID = "k"
  let answer: [UInt8]

  func signature(for signingInput: [UInt8]) throws -> [UInt8] { answer }
}

@Suite struct JWSSigningTests {
  private let payload = Array(#"{"sub":"spiffe://example.org/a"}"#.utf8)

  @Test("what is signed verifies, with the same digest")
  func roundTrip() throws {
    let signed = try JWSSigning.sign(
      payload: payload, type: "at+jwt", signer: testSigner(keyID: "k"), extraHeader: ["x": [1]])
    let jws = try UnverifiedJWS(compact: signed.compact)
    #expect(jws.header.algorithm == .es256)
    #expect(jws.header.type == "at+jwt")
    #expect(jws.header.keyID == "k")
    #expect(jws.header.parameters.keys == ["alg", "kid", "typ", "x"])
    let verified = try jws.verify(with: verificationKey(with(RFCVectors.p256Key, ["kid": "k"])))
    #expect(verified.payload == payload)
    #expect(verified.signingInputDigest == signed.signingInputDigest)
    #expect(signed.signingInputDigest.count == 32)
  }

  @Test("payloads of every length around the groups of base64 survive", arguments: 0...9)
  func lengths(length: Int) throws {
    let payload = [UInt8](repeating: 0xA7, count: length)
    let signed = try JWSSigning.sign(payload: payload, type: nil, signer: testSigner(keyID: "k"))
    let verified = try UnverifiedJWS(compact: signed.compact).verify(
      with: verificationKey(RFCVectors.p256Key))
    #expect(verified.payload == payload)
    #expect(verified.header.type == nil)
  }

  @Test("a header made once serves many signatures of its signer only")
  func encodedHeader() throws {
    let signer = try testSigner(keyID: "k")
    let header = try EncodedJWSHeader(for: signer, type: "JWT")
    let once = try JWSSigning.sign(payload: payload, header: header, signer: signer)
    let again = try JWSSigning.sign(payload: payload, type: "JWT", signer: signer)
    #expect(once.signingInputDigest == again.signingInputDigest)
    #expect(throws: JOSEError.self) {
      try JWSSigning.sign(payload: payload, header: header, signer: testSigner(keyID: "l"))
    }
  }

  @Test("extra parameters cannot replace the signer's, nor be extensions")
  func extraParameters() throws {
    let signer = try testSigner(keyID: "k")
    for name in ["alg", "kid", "typ", "crit", "b64"] {
      #expect(throws: JOSEError.self) {
        try JWSSigning.sign(payload: payload, type: nil, signer: signer, extraHeader: [name: "x"])
      }
    }
  }

  @Test("a signer's answer that is no signature is an error", arguments: [0, 63, 65, 70, 72])
  func wrongAnswer(length: Int) {
    let error = #expect(throws: JOSEError.self) {
      try JWSSigning.sign(
        payload: payload, type: nil,
        signer: WrongSigner(answer: [UInt8](repeating: 1, count: length)))
    }
    #expect(error?.code == .signingFailed)
  }
}
