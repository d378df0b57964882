import Foundation
import JOSE
import OAuth
import StrictJSON
import Testing

/// The examples of RFC 9449, RFC 7638 and RFC 8705.
@Suite("DPoP examples of the RFCs")
struct DPoPExampleTests {
  private static let key = Thumbprint("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")
  private static let header =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNo"
    + "UklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERW"
    + "clUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19"
  private static let tokenRequest =
    header
    + ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUu"
    + "Y29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ"
    + ".2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
  private static let resourceRequest =
    header
    + ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxl"
    + "Lm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0Ji"
    + "MHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9"
    + ".2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"

  @Test("the proof of RFC 9449 section 4.1 verifies for its token request")
  func tokenEndpoint() throws {
    let proof = try #require(
      try ProofMaker.verify(
        [Self.tokenRequest], method: "POST", uri: "https://server.example.com/token",
        now: 1_562_262_616
      ).verified)
    #expect(proof.key == Self.key)
    #expect(proof.jwtID == "-BwC3ESc6acc2lTc")
    #expect(proof.issuedAt == 1_562_262_616)
    #expect(proof.acceptedUntil == 1_562_262_676)
  }

  @Test("the proof of RFC 9449 section 7.1 verifies with its access token, and with no other")
  func resource() throws {
    let uri = "https://resource.example.org/protectedresource"
    let token = try BearerToken("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU")
    #expect(
      AccessTokenHash(of: token).description == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo")
    let proof = try ProofMaker.verify(
      [Self.resourceRequest], uri: uri, token: token, now: 1_562_262_618)
    #expect(proof.verified?.key == Self.key)
    let other = try ProofMaker.verify(
      [Self.resourceRequest], uri: uri, token: BearerToken("another"), now: 1_562_262_618)
    #expect(other.refusal?.code == .tokenHashMismatch)
    let none = try ProofMaker.verify(
      [Self.tokenRequest], method: "POST", uri: "https://server.example.com/token", token: token,
      now: 1_562_262_616)
    #expect(none.refusal?.code == .tokenHashMissing)
  }

  @Test("a signature with any bit changed does not verify")
  func changed() throws {
    let parts = Self.tokenRequest.split(separator: ".").map(String.init)
    let signature = try Base64URL.decode(parts[2])
    for position in [0, 31, 32, 63] {
      var bytes = signature
      bytes[position] ^= 1
      let outcome = try ProofMaker.verify(
        [[parts[0], parts[1], Base64URL.encode(bytes)].joined(separator: ".")], method: "POST",
        uri: "https://server.example.com/token", now: 1_562_262_616)
      #expect(outcome.refusal?.code == .invalidSignature)
    }
  }

  @Test("the thumbprint of RFC 7638 section 3.1")
  func thumbprint() throws {
    let modulus =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPeb"
      + "WKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY36"
      + "8QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4"
      + "lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    let key = try JSONWebKey([
      "kty": "RSA", "n": .string(modulus), "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
    ])
    #expect(Thumbprint(of: key).description == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
  }

  @Test("the certificate of RFC 8705 appendix A has the thumbprint that its token names")
  func certificate() throws {
    let der = try #require(
      Data(
        base64Encoded:
          "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcw"
          + "OVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9Oyl"
          + "MbnQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD"
          + "/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY="))
    let named = try Confirmation(["x5t#S256": "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"])
    #expect(named.certificate == Thumbprint(certificate: Array(der)))
    #expect(named.key == nil)
  }
}
