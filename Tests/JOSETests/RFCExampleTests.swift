import Crypto
import JOSE
import StrictJSON
import Testing

@Suite struct RFCExampleTests {
  @Test("the signatures of RFC 7515 A.2 to A.4 and RFC 8037 A.4 are valid, with their keys only")
  func signatures() throws {
    let examples = [
      (RFCVectors.rsaKey, RFCVectors.rs256), (RFCVectors.p256Key, RFCVectors.es256),
      (RFCVectors.p521Key, RFCVectors.es512), (RFCVectors.ed25519Key, RFCVectors.edDSA),
    ]
    for (position, (_, token)) in examples.enumerated() {
      let jws = try UnverifiedJWS(compact: token)
      for (other, (members, _)) in examples.enumerated() {
        let key = try verificationKey(members)
        if other == position {
          #expect(try jws.verify(with: key).payload == jws.unverifiedPayload)
        } else {
          #expect(throws: JOSEError.self) { try jws.verify(with: key) }
        }
      }
    }
  }

  @Test("the payloads are those of the RFCs")
  func payloads() throws {
    let claims = try JWTClaims(
      payload: UnverifiedJWS(compact: RFCVectors.es256).unverifiedPayload)
    #expect(claims.issuer == "joe")
    #expect(claims.expiresAt == 1_300_819_380)
    #expect(claims["http://example.com/is_root"] == true)
    let example = try UnverifiedJWS(compact: RFCVectors.edDSA).unverifiedPayload
    #expect(String(decoding: example, as: UTF8.self) == "Example of Ed25519 signing")
  }

  @Test("HS256 and the unsecured JWS of RFC 7515 A.1 and A.5 do not parse")
  func refused() {
    let hmac = #expect(throws: JOSEError.self) {
      try UnverifiedJWS(compact: RFCVectors.hs256)
    }
    #expect(hmac?.code == .algorithmNotAllowed)
    #expect(throws: JOSEError.self) { try UnverifiedJWS(compact: RFCVectors.unsecured) }
    let unsecured = #expect(throws: JOSEError.self) {
      try UnverifiedJWS(compact: RFCVectors.unsecured + "AA")
    }
    #expect(unsecured?.code == .algorithmNotAllowed)
  }

  @Test("the signing input's digest is the SHA-256 of the first two parts")
  func digest() throws {
    let verified = try UnverifiedJWS(compact: RFCVectors.es256).verify(
      with: verificationKey(RFCVectors.p256Key))
    let input = "eyJhbGciOiJFUzI1NiJ9." + RFCVectors.payload
    #expect(verified.signingInputDigest == Array(SHA256.hash(data: Array(input.utf8))))
  }

  @Test("thumbprints are those of RFC 7638 3.1 and RFC 8037 A.3")
  func thumbprints() throws {
    #expect(
      try JSONWebKey(RFCVectors.thumbprintKey).thumbprint()
        == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    #expect(
      try JSONWebKey(RFCVectors.ed25519Key).thumbprint()
        == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
  }

  @Test("a thumbprint depends on the key alone")
  func thumbprintOfKey() throws {
    let bare = try JSONWebKey(RFCVectors.p256Key)
    let dressed = try JSONWebKey(
      with(RFCVectors.p256Key, ["kid": "1", "use": "sig", "alg": "ES256", "zz": [1]]))
    #expect(bare.thumbprint() == dressed.thumbprint())
    #expect(bare != dressed)
  }
}
