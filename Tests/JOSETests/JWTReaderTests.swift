import Crypto
import StrictJSON
import Testing

@testable import JOSE

@Suite("Reading many tokens")
struct JWTReaderTests {
  private let key = P256.Signing.PrivateKey()

  private func token(_ claims: JSONObject, keyID: String = "k1") throws -> [UInt8] {
    let signer = ES256Signer(key: self.key, keyID: keyID)
    return Array(
      try JWSSigning.sign(payload: claims.serialized(), type: "at+jwt", signer: signer).compact.utf8
    )
  }

  @Test("what is read is what a reader without memory reads, token after token")
  func sameAsWithout() throws {
    let reader = JWTReader()
    for number in 0..<200 {
      let claims: JSONObject = [
        "iss": .string("https://issuer.example/\(number % 3)"),
        "sub": .string("spiffe://example.org/workload/\(number % 90)"),
        "aud": .string("https://service-\(number % 5).example"), "exp": .integer(Int64(number)),
        "jti": .string("a-rather-long-token-id-\(number)"),
      ]
      let text = try self.token(claims, keyID: "key-\(number % 20)")
      let read = try reader.read(text[...])
      let alone = try UnverifiedJWT(compact: text)
      #expect(read.header == alone.header)
      #expect(read.header.keyID == "key-\(number % 20)")
      #expect(read.unverifiedClaims == alone.unverifiedClaims)
      #expect(read.unverifiedClaims.object == claims)
      #expect(read.unverifiedClaims.subject == claims["sub"]?.stringValue)
      #expect(read.unverifiedClaims.audience == alone.unverifiedClaims.audience)
    }
  }

  @Test("a token may lie anywhere within other bytes")
  func slice() throws {
    let text = try self.token(["sub": "a"])
    let field = Array("Bearer ".utf8) + text + Array("\r\n".utf8)
    let read = try JWTReader().read(field[7..<(7 + text.count)])
    let key = try VerificationKey(
      JSONWebKey.from(self.key.publicKey, keyID: "k1"), permitting: [.es256])
    let verified = try read.verify(with: key)
    let last = try #require(text.lastIndex(of: 0x2E))
    #expect(verified.signingInputDigest == Array(SHA256.hash(data: text[..<last])))
    let empty: ArraySlice<UInt8> = field[3..<3]
    #expect(throws: JOSEError.self) { try JWTReader().read(empty) }
  }

  @Test(
    "a header that was read before makes nothing good that is not",
    arguments: [
      "", ".", "..", "a.b.c", "....",
    ])
  func malformed(_ text: String) throws {
    let reader = JWTReader()
    let good = try self.token(["sub": "a"])
    _ = try reader.read(good[...])
    #expect(throws: JOSEError.self) { try reader.read(Array(text.utf8)[...]) }
    let dot = try #require(good.firstIndex(of: 0x2E))
    #expect(throws: JOSEError.self) { try reader.read(good[...dot]) }
    #expect(throws: JOSEError.self) { try reader.read(good[(dot + 1)...]) }
    // A header that differs in one character is another.
    var other = good
    other[0] = UInt8(ascii: "!")
    #expect(throws: JOSEError.self) { try reader.read(other[...]) }
    #expect(throws: JOSEError.self) { try reader.read(good[...], maximumBytes: good.count - 1) }
  }
}
