import JOSE
import StrictJSON
import Testing

@Suite struct JWTClaimsTests {
  private func claims(_ text: String) throws -> JWTClaims {
    try JWTClaims(payload: Array(text.utf8))
  }

  @Test("registered claims are read")
  func registered() throws {
    let claims = try claims(
      #"{"iss":"i","sub":"s","aud":["a","b"],"exp":3,"nbf":1,"iat":2,"jti":"j","scope":"x y"}"#)
    #expect(claims.issuer == "i")
    #expect(claims.subject == "s")
    #expect(claims.audience == ["a", "b"])
    #expect(claims.expiresAt == 3)
    #expect(claims.notBefore == 1)
    #expect(claims.issuedAt == 2)
    #expect(claims.jwtID == "j")
    #expect(claims["scope"] == "x y")
    #expect(claims["none"] == nil)
  }

  @Test("an audience is a string or an array of strings")
  func audience() throws {
    #expect(try claims(#"{"aud":"a"}"#).audience == ["a"])
    #expect(try claims(#"{"aud":[]}"#).audience == [])
    #expect(try claims("{}").audience == [])
    for text in [#"{"aud":1}"#, #"{"aud":["a",1]}"#, #"{"aud":null}"#, #"{"aud":{}}"#] {
      #expect(throws: JOSEError.self) { try claims(text) }
    }
  }

  @Test("times are rounded down to whole seconds")
  func fractions() throws {
    let claims = try claims(#"{"exp":1700000000.9,"nbf":-0.5,"iat":1.7e9}"#)
    #expect(claims.expiresAt == 1_700_000_000)
    #expect(claims.notBefore == -1)
    #expect(claims.issuedAt == 1_700_000_000)
    #expect(try self.claims(#"{"exp":9223372036854775807}"#).expiresAt == .max)
  }

  @Test(
    "times beyond 64 bits, or that are no numbers, are refused",
    arguments: [
      "1e300", "-1e300", "9223372036854775808", "1e19", "\"1\"", "null", "true", "[1]", "1e999",
    ])
  func badTimes(value: String) {
    for name in ["exp", "nbf", "iat"] {
      let error = #expect(throws: JOSEError.self) { try claims(#"{"\#(name)":\#(value)}"#) }
      #expect(error?.code == .malformed)
    }
  }

  @Test(
    "payloads that are no claims set are refused",
    arguments: [
      "", "null", "[]", "\"x\"", "{", #"{"iss":1}"#, #"{"sub":null}"#, #"{"jti":7}"#,
      #"{"sub":"a","sub":"b"}"#, "{} ?",
    ])
  func malformed(text: String) {
    let error = #expect(throws: JOSEError.self) { try claims(text) }
    #expect(error?.code == .malformed)
  }

  @Test("errors repeat nothing of the payload")
  func errors() {
    let error = #expect(throws: JOSEError.self) {
      try claims(#"{"sub":"topsecret","exp":"topsecret"}"#)
    }
    #expect(error.map { !"\($0)".contains("topsecret") } ?? false)
  }
}
