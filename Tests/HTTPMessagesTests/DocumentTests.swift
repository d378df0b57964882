import HTTPMessages
import Testing

@Suite("Problem details")
struct ProblemTests {
  @Test("are JSON with every dangerous character escaped")
  func escaping() {
    let problem = Problem(
      type: "https://gatehouse.dev/problems/scope/insufficient",
      title: "a \"b\" \\ \u{1} \n é <c>&",
      status: .forbidden, detail: "d", instance: "urn:x",
      extensions: [
        .init("violations", .array([.object([.init("pointer", .string("/a~1b"))]), .null])),
        .init("n", .integer(-7)), .init("ok", .bool(true)), .init("status", .integer(200)),
      ])
    let expected =
      #"{"type":"https://gatehouse.dev/problems/scope/insufficient","title":"a \"b\" \\ \u0001"#
      + #" \u000a é \u003cc\u003e\u0026","status":403,"detail":"d","instance":"urn:x","#
      + #""violations":[{"pointer":"/a~1b"},null],"n":-7,"ok":true}"#
    #expect(String(decoding: problem.body(), as: UTF8.self) == expected)
  }
}

@Suite("Forwarded")
struct ForwardedTests {
  @Test("quotes what is no token")
  func values() {
    let element = ForwardedElement(
      for: .address("2001:DB8::1", port: 4711), by: .obfuscated("gw"),
      host: Authority("a.example:80"), proto: "https")
    #expect(
      element.fieldValue
        == #"for="[2001:db8::1]:4711";by=_gw;host="a.example:80";proto=https"#)
    #expect(ForwardedElement(for: .address("192.0.2.1", port: nil)).fieldValue == "for=192.0.2.1")
    #expect(ForwardedElement(for: .address("a\";x", port: nil)).fieldValue == "for=unknown")
    #expect(ForwardedElement(for: .obfuscated("a b")).fieldValue == "for=unknown")
    #expect(
      ForwardedElement(for: .unknown, proto: "a\"\r\n").fieldValue == #"for=unknown;proto="a\"??""#)
  }
}

@Suite("traceparent")
struct TraceParentTests {
  static let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test("is continued with another parent")
  func continued() throws {
    let parent = try #require(TraceParent(Array(Self.valid.utf8)))
    #expect(parent.isSampled)
    #expect(!parent.hasRandomTraceID)
    let next = try #require(parent.continued(by: 0x00F0_67AA_0BA9_02B7))
    #expect(next.fieldValue == "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01")
    #expect(parent.continued(by: 0) == nil)
  }

  @Test("is written with every digit in its place")
  func digits() throws {
    let parent = try #require(
      TraceParent(
        traceID: (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210), parentID: 0x00FF_9A0B_0C0D_0E0F,
        isSampled: true))
    #expect(parent.traceID == "0123456789abcdeffedcba9876543210")
    #expect(parent.parentID == "00ff9a0b0c0d0e0f")
    #expect(parent.fieldValue == "00-0123456789abcdeffedcba9876543210-00ff9a0b0c0d0e0f-01")
    let written = try HeadWriter.bytes(room: 200) { $0.field(parent) }
    #expect(String(decoding: written, as: UTF8.self) == "traceparent: \(parent.fieldValue)\r\n")
  }

  @Test("of a later version is read as far as it is known")
  func laterVersion() throws {
    let later = "cc" + Self.valid.dropFirst(2)
    #expect(TraceParent(Array(later.utf8))?.fieldValue == Self.valid)
    #expect(TraceParent(Array("\(later)-what-the-future".utf8)) != nil)
    #expect(TraceParent(Array("\(later).".utf8)) == nil)
    let random = Self.valid.dropLast(2) + "03"
    #expect(TraceParent(Array(random.utf8))?.hasRandomTraceID == true)
    #expect(
      TraceParent(Array((Self.valid.dropLast(2) + "ff").utf8))?.fieldValue.hasSuffix("-03") == true)
  }

  @Test(
    "that is invalid restarts the trace",
    arguments: [
      "", "00", valid + "-", valid + "-x", "ff" + valid.dropFirst(2), "0g" + valid.dropFirst(2),
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
      "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01", " " + valid,
      "00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01", "+0" + valid.dropFirst(2),
    ])
  func invalid(_ value: String) {
    #expect(TraceParent(Array(value.utf8)) == nil)
  }

  @Test("that is sent twice restarts the trace")
  func repeated() throws {
    var fields = HTTPFields()
    try fields.append(name: "Traceparent", value: Self.valid)
    #expect(TraceParent(in: fields) != nil)
    try fields.append(name: "traceparent", value: Self.valid)
    #expect(TraceParent(in: fields) == nil)
    #expect(TraceParent(in: HTTPFields()) == nil)
  }
}

private struct Unexpected: Error {}

@Suite("Credentials")
struct CredentialTests {
  private func read(_ values: String...) throws -> AuthorizationCredentials {
    var fields = HTTPFields()
    for value in values { try fields.append(name: "Authorization", value: value) }
    return try AuthorizationCredentials(fields)
  }

  @Test("are one token", arguments: ["Bearer a.b-c_d~e+f/g==", "bearer  x", "BEARER x="])
  func bearer(_ value: String) throws {
    guard case .bearer(let token) = try read(value) else {
      throw Unexpected()
    }
    #expect(value.hasSuffix(token.text))
    #expect("\(token)" == "<redacted>")
    var dumped = ""
    dump(token, to: &dumped)
    #expect(!dumped.contains(token.text))
  }

  @Test("may be of another kind, or none")
  func others() throws {
    guard case .none = try read() else { throw Unexpected() }
    guard case .dpop = try read("DPoP abc") else { throw Unexpected() }
    guard case .otherScheme("basic") = try read("Basic dTpw") else {
      throw Unexpected()
    }
  }

  @Test("that are two are refused")
  func repeated() {
    typealias Refusal = AuthorizationCredentials.Refusal
    #expect(throws: Refusal.repeated) { try read("Bearer a", "Bearer a") }
    #expect(throws: Refusal.repeated) { try read("Bearer a", "Basic b") }
    #expect(throws: Refusal.repeated) { try read("Bearer a, Bearer b") }
    #expect(throws: Refusal.repeated) { try read("Bearer a,b") }
    #expect(throws: Refusal.repeated) { try read("Bearer a b") }
  }

  @Test(
    "that are malformed are refused",
    arguments: [
      "", "Bearer", "Bearer ", "Bearer =", "Bearer a=b", "Bearer\ta", "Bearer a\u{E9}",
      "Bearer \"a\"", "(", "Bearer a;b",
    ])
  func malformed(_ value: String) {
    #expect(throws: AuthorizationCredentials.Refusal.malformed) { try read(value) }
  }

  @Test("that are missing or bad are challenged")
  func challenge() {
    #expect(BearerChallenge(realm: "orders").fieldValue == #"Bearer realm="orders""#)
    let full = BearerChallenge(
      realm: "a\"b", error: .insufficientScope, errorDescription: "needs \"x\"\r\n more",
      scopes: ["orders.read", "bad scope", "b\"", ""])
    #expect(
      full.fieldValue
        == #"Bearer realm="a\"b", error="insufficient_scope", error_description="needs x more", "#
        + #"scope="orders.read""#)
    #expect(BearerChallenge(scheme: .dpop, realm: "r").fieldValue.hasPrefix("DPoP "))
  }
}
