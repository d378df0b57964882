import Crypto
import JOSE
import OAuth
import StrictJSON
import Testing

@Suite("Confirmation")
struct ConfirmationTests {
  private static let one = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
  private static let two = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"

  @Test("what is written is read back")
  func roundTrip() throws {
    let key = try #require(Thumbprint(Self.one))
    let certificate = try #require(Thumbprint(Self.two))
    for (key, certificate) in [(key, nil), (nil, certificate), (key, certificate)] {
      let confirmation = try #require(Confirmation(key: key, certificate: certificate))
      #expect(try Confirmation(.object(confirmation.json)) == confirmation)
    }
    #expect(Confirmation(key: nil, certificate: nil) == nil)
  }

  @Test(
    "a claim that demands anything else is unknown",
    arguments: [
      [:], [], nil, "jkt", ["jwk": ["kty": "EC"]], ["kid": "a"], ["jkt": ""], ["jkt": 7],
      ["jkt": nil], ["jkt": .string(one), "x5t": "a"], ["jkt": .string(one), "jku": "https://a"],
      ["JKT": .string(one)], ["jkt": .string(one + "=")], ["jkt": .string(String(one.dropLast()))],
      ["jkt": .string(String(one.dropLast()) + "J")], ["x5t#S256": [.string(two)]],
      ["x5t#s256": .string(two)],
    ] as [JSONValue])
  func unknown(claim: JSONValue) {
    #expect(throws: UnknownConfirmation.self) { try Confirmation(claim) }
  }

  @Test("a bound token says so in `cnf`, and others say nothing")
  func token() throws {
    let confirmation = try #require(Confirmation(key: Thumbprint(Self.one), certificate: nil))
    for expected in [confirmation, nil] {
      let claims = AccessTokenClaims(
        issuer: "https://issuer.example", subject: "a", clientID: "a",
        audience: try Audience(parsing: "https://orders.example"), scopes: ScopeSet(),
        issuedAt: 1, notBefore: 1, expiresAt: 2, jwtID: "id", confirmation: expected)
      let object = try JSONValue(parsing: claims.payload()).objectValue
      #expect(try object?["cnf"].map { try Confirmation($0) } == expected)
      #expect((object?["cnf"] == nil) == (expected == nil))
    }
  }
}
