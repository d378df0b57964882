import OAuth
import StrictJSON
import Testing

@Suite("Form parameters")
struct FormParametersTests {
  @Test("names and values are unescaped")
  func decodes() throws {
    let form = try FormParameters(decoding: Array("a=1+2&b%20c=%C3%A4%26&d=e=f&g&h=".utf8))
    #expect(form["a"] == "1 2")
    #expect(form["b c"] == "ä&")
    #expect(form["d"] == "e=f")
    #expect(form["g"] == nil)
    #expect(form["h"] == nil)
    #expect(try FormParameters(decoding: [])["a"] == nil)
  }

  @Test(
    "what is not a form that OAuth allows is refused",
    arguments: [
      ("a=1&a=2", .repeatedParameter), ("a&a", .repeatedParameter), ("a=&%61=", .repeatedParameter),
      ("=1", .emptyName), ("a=1&", .emptyName), ("&a=1", .emptyName), ("a=1&&b=2", .emptyName),
      ("a=%", .escape), ("a=%4", .escape), ("a=%4g", .escape), ("a=%%41", .escape),
      ("a=%u0041", .escape), ("a=%FF", .text), ("a=%C3", .text), ("a=%ED%A0%80", .text),
      ("a=%C0%AF", .text), ("a= ", .character), ("a=\n", .character), ("a=ä", .character),
      ("a=\0", .character), ("a=\u{7F}", .character),
    ] as [(String, MalformedForm.Reason)])
  func refuses(_ text: String, _ reason: MalformedForm.Reason) {
    do {
      _ = try FormParameters(decoding: Array(text.utf8))
      Issue.record("accepted")
    } catch {
      #expect(error.reason == reason)
    }
  }

  @Test("a form's values never show")
  func redacted() throws {
    let form = try FormParameters(decoding: Array("token=secret".utf8))
    var dumped = ""
    dump(form, to: &dumped)
    for text in ["\(form)", String(reflecting: form), dumped] {
      #expect(!text.contains("secret"))
    }
  }

  @Test("a form is bounded in bytes and in parameters")
  func bounds() throws {
    let parameters = (1...64).map { "p\($0)=1" }
    _ = try FormParameters(decoding: Array(parameters.joined(separator: "&").utf8))
    let tooMany = (parameters + ["q=1"]).joined(separator: "&")
    #expect(throws: MalformedForm.self) { try FormParameters(decoding: Array(tooMany.utf8)) }
    #expect(throws: MalformedForm.self) {
      try FormParameters(decoding: Array(repeating: UInt8(ascii: "&"), count: 60_000))
    }
    #expect(throws: MalformedForm.self) {
      try FormParameters(decoding: Array(repeating: UInt8(ascii: "a"), count: 65_537))
    }
  }
}

@Suite("Token exchange request")
struct TokenExchangeRequestTests {
  private static let grant = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange"
  private static let subject =
    "subject_token=aaa.bbb.ccc&subject_token_type=urn:ietf:params:oauth:token-type:jwt"
  private static let base = "\(grant)&\(subject)"
  private static let target = "audience=https%3A%2F%2Forders.example"

  private static func request(_ text: String) throws(OAuthError) -> TokenExchangeRequest {
    try TokenExchangeRequest(decoding: Array(text.utf8))
  }

  @Test("a complete request is read")
  func complete() throws {
    let request = try Self.request(
      "\(Self.base)&\(Self.target)&scope=orders%3Aread+orders%3Awrite"
        + "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token")
    #expect(request.subjectToken.secret == "aaa.bbb.ccc")
    #expect(request.subjectTokenType == .jwt)
    #expect(request.target.description == "https://orders.example")
    #expect(request.scopes?.description == "orders:read orders:write")
  }

  @Test("the target may be an audience, a resource, or both alike")
  func targets() throws {
    let resource = "resource=https://orders.example"
    for text in [Self.target, resource, "\(Self.target)&\(resource)", "\(resource)&audience="] {
      let request = try Self.request("\(Self.base)&\(text)")
      #expect(request.target.description == "https://orders.example")
      #expect(request.scopes == nil)
    }
  }

  @Test(
    "anything but exactly one target is an invalid target",
    arguments: [
      "", "audience=", "audience=https://a&resource=https://b",
      "audience=https://a&audience=https://a",
      "audience=https://a&audience=https://b", "resource=https://a&resource=https://b",
      "audience=https://a&resource=https://a&resource=https://a",
      "audience=https://a&resource=https://a/",
      "audience=orders", "resource=/orders", "audience=https://a%23fragment",
      "audience=https://a%20b",
      "audience=https://%C3%A4", "audience=%25", "audience=https:", "audience=https://",
    ])
  func invalidTarget(_ text: String) {
    Self.expect("\(Self.base)&\(text)".trimmingAmpersand, .invalidTarget)
  }

  @Test(
    "requests that miss or misuse a parameter are invalid",
    arguments: [
      (subject + "&" + target, .invalidRequest),
      ("grant_type=client_credentials&\(target)", .unsupportedGrantType),
      ("grant_type=&\(subject)&\(target)", .invalidRequest),
      ("\(grant)&\(target)", .invalidRequest),
      ("\(grant)&subject_token=a.b.c&\(target)", .invalidRequest),
      ("\(grant)&subject_token=a.b.c&subject_token_type=jwt&\(target)", .invalidRequest),
      (
        "\(grant)&subject_token=a.b.c&\(target)"
          + "&subject_token_type=urn:ietf:params:oauth:token-type:saml2", .invalidRequest
      ),
      (
        "\(grant)&subject_token=a%20b&\(target)"
          + "&subject_token_type=urn:ietf:params:oauth:token-type:jwt", .invalidRequest
      ),
      (
        "\(base)&\(target)&requested_token_type=urn:ietf:params:oauth:token-type:jwt",
        .invalidRequest
      ),
      (
        "\(base)&\(target)&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token",
        .invalidRequest
      ),
      ("\(base)&\(target)&actor_token=a.b.c", .invalidRequest),
      ("\(base)&\(target)&actor_token_type=a", .invalidRequest),
      ("\(base)&\(target)&scope=a&scope=a", .invalidRequest),
      ("\(base)&\(base)&\(target)", .invalidRequest),
      ("\(base)&\(target)&unknown=1&unknown=2", .invalidRequest),
      ("\(base)&\(target)&scope=a++b", .invalidScope),
      ("\(base)&\(target)&scope=+a", .invalidScope),
      ("\(base)&\(target)&scope=%22", .invalidScope),
      ("\(base)&\(target)&scope=%C3%A4", .invalidScope),
      ("", .invalidRequest), ("&", .invalidRequest), ("%", .invalidRequest),
    ] as [(String, OAuthError.Code)])
  func invalid(_ text: String, _ code: OAuthError.Code) {
    Self.expect(text, code)
  }

  @Test("unknown parameters are ignored")
  func unknown() throws {
    _ = try Self.request("\(Self.base)&\(Self.target)&unknown=1&client_id=x")
  }

  @Test("a request's text never shows the token")
  func redacted() throws {
    let request = try Self.request("\(Self.base)&\(Self.target)")
    var dumped = ""
    dump(request, to: &dumped)
    for text in ["\(request)", String(reflecting: request), dumped] {
      #expect(!text.contains("bbb"))
    }
  }

  private static func expect(_ text: String, _ code: OAuthError.Code) {
    do {
      _ = try self.request(text)
      Issue.record("accepted")
    } catch {
      #expect(error.code == code)
      #expect(!error.message.contains("a.b.c"))
    }
  }
}

extension String {
  fileprivate var trimmingAmpersand: String { self.hasSuffix("&") ? String(self.dropLast()) : self }
}

@Suite("Scopes and audiences")
struct ScopeTests {
  @Test("scopes keep their order and lose their repetitions")
  func scopes() throws {
    let scopes = try ScopeSet(parsing: "b a b c a")
    #expect(scopes.description == "b a c")
    #expect(scopes.count == 3)
    #expect(try ScopeSet(parsing: "").isEmpty)
    #expect(try ScopeSet(parsing: "a b").isSubset(of: scopes))
    #expect(!(try ScopeSet(parsing: "a d").isSubset(of: scopes)))
    #expect(try ScopeSet(parsing: "d a").subtracting(scopes).description == "d")
    #expect(try Scope(parsing: "A") != Scope(parsing: "a"))
  }

  @Test(
    "texts outside the grammar are refused",
    arguments: [
      " ", " a", "a ", "a  b", "a\tb", "a\n", "\"", "\\", "ä", "a\u{0}", "a\u{7F}", "\r\n",
    ])
  func grammar(_ text: String) {
    #expect(throws: InvalidScope.self) { try ScopeSet(parsing: text) }
    #expect(throws: InvalidScope.self) { try Scope(parsing: text) }
  }

  @Test("scopes are bounded in length and number")
  func bounds() throws {
    let longest = String(repeating: "a", count: 256)
    #expect(try Scope(parsing: longest).description == longest)
    #expect(throws: InvalidScope.self) { try Scope(parsing: longest + "a") }
    let many = (1...256).map(String.init).joined(separator: " ")
    #expect(try ScopeSet(parsing: many).count == 256)
    #expect(throws: InvalidScope.self) { try ScopeSet(parsing: many + " x") }
    #expect(throws: InvalidScope.self) {
      try ScopeSet(parsing: String(repeating: "a ", count: 5_000_000))
    }
  }

  @Test(
    "absolute URIs are audiences and stay as they are",
    arguments: [
      "https://orders.example", "https://orders.example/", "spiffe://example.org/orders",
      "urn:example:orders", "https://a/%20?q=1&r=[x]", "HTTPS://Orders.Example",
    ])
  func audiences(_ text: String) throws {
    #expect(try Audience(parsing: text).description == text)
  }

  @Test(
    "texts that are not absolute URIs are refused",
    arguments: [
      "", ":", "a", "/a", "//a", "1a:b", "https:", "https://", "https://a#f", "https://a b",
      "https://a\n", "https://ä", "https://a%", "https://a%4", "https://a%zz", "https://a\"",
      "https://a<", "https://a\\b", "hättps://a", "https://a`", "https://a{b}", "a:b\u{0}",
    ])
  func illegalAudience(_ text: String) {
    #expect(throws: InvalidAudience.self) { try Audience(parsing: text) }
  }

  @Test("an audience has at most 2048 bytes")
  func audienceLength() throws {
    let longest = "https://" + String(repeating: "a", count: 2040)
    #expect(try Audience(parsing: longest).description == longest)
    #expect(throws: InvalidAudience.self) { try Audience(parsing: longest + "a") }
  }
}
