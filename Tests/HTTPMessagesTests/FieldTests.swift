import HTTPMessages
import Testing

@Suite("A field")
struct FieldTests {
  @Test(
    "that could break a message apart cannot be made",
    arguments: ["", "a b", "a:", "a\r\nb", "é", "a\u{0}", "(a)"])
  func invalidName(_ name: String) {
    #expect(throws: FieldError.invalidName) { try HTTPField(name: name, value: "x") }
  }

  @Test(
    "with control bytes in its value cannot be made",
    arguments: ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "\u{0}", "a\u{7F}", "\u{1B}"])
  func invalidValue(_ value: String) {
    #expect(throws: FieldError.invalidValue) { try HTTPField(name: "X", value: value) }
  }

  @Test("is compared without the case of its name")
  func equality() throws {
    let one = try HTTPField(name: "X-Note", value: "a")
    #expect(one == (try HTTPField(name: "x-note", value: " a")))
    #expect(one != (try HTTPField(name: "x-note", value: "A")))
    #expect(one.description == "X-Note")
    #expect(one.lowercasedName == "x-note")
  }

  @Test("list can be replaced, removed and read as members")
  func fields() throws {
    var fields = HTTPFields()
    try fields.append(name: "Accept", value: "a, b")
    try fields.append(name: "accept", value: ",c ,")
    #expect(
      fields.listMembers(named: "ACCEPT").map { String(decoding: $0, as: UTF8.self) } == [
        "a", "b", "c",
      ])
    try fields.replace(name: "accept", value: "d")
    #expect(fields.count == 1)
    fields.remove(named: "Accept")
    #expect(fields.isEmpty)
  }

  @Test("whose value is not UTF-8 has no text")
  func bytes() throws {
    let field = try HTTPField(name: "X", value: [0xFF, 0x41])
    #expect(field.text == nil)
    #expect(Array(field.value) == [0xFF, 0x41])
  }
}

@Suite("A forwarded request")
struct ForwardingTests {
  static let dropped: [String] = [
    "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    "Host", "Content-Length", "Expect", "HTTP2-Settings", "Proxy-Authorization", "Proxy",
    "Forwarded",
    "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Anything", "X_Forwarded_For",
    "X-FORWARDED_PROTO", "X-Forwarded-Client-Cert", "X-Original-URL", "X-Original-Host",
    "X-Rewrite-URL", "x_rewrite_url", "X-HTTP-Method-Override", "X-HTTP-Method",
    "X-Method-Override",
    "X_HTTP_Method_Override", "X-Client-Cert", "X-Client-Cert-Chain", "X-SSL-Client-DN",
    "SSL-Client-Cert", "Ssl_Client_Verify", "Client-Cert", "Client-Cert-Chain", "Client_Cert",
    "Gatehouse-Subject", "gatehouse_subject", "GATEHOUSE-Request-Id", "X-Real-IP", "X_Real_Ip",
    "True-Client-IP", "X-Remote-User", "Remote_User", "X-Request-Id", "X-Envoy-Original-Path",
  ]

  @Test("loses every field that is for one hop or could carry an identity", arguments: dropped)
  func drops(_ name: String) throws {
    let reason = try #require(ForwardingRules.reasonToDrop(requestField: name))
    #expect(reason == .hopByHop || reason == .identityOrRoute)
    var fields = HTTPFields()
    try fields.append(name: name, value: "x")
    let kept = ForwardingRules.requestFields(fields, connectionOptions: [], forwardCredential: true)
    #expect(kept.isEmpty)
  }

  @Test(
    "keeps what the application sent",
    arguments: [
      "Accept", "Content-Type", "Cookie", "User-Agent", "X-Tenant", "X-Forward", "Idempotency-Key",
      "If-Match", "traceparent", "X-Originally", "Gatehouse", "Origin", "X-Client", "SSL", "Range",
    ])
  func keeps(_ name: String) {
    #expect(ForwardingRules.reasonToDrop(requestField: name) == nil)
  }

  @Test("loses fields that Connection names, with _ equal to -")
  func nominated() throws {
    let head = try head(
      get("Connection: X-Secret, close\r\nX-Secret: 1\r\nx_secret: 2\r\nX-Other: 3"))
    let kept = ForwardingRules.requestFields(
      head.fields, connectionOptions: head.connectionOptions, forwardCredential: false)
    #expect(kept.map(\.name) == ["X-Other"])
  }

  @Test("carries the credential only where the service asks for it")
  func credential() throws {
    let fields = try head(get("Authorization: Bearer a\r\nDPoP: b\r\nX: y")).fields
    let without = ForwardingRules.requestFields(
      fields, connectionOptions: [], forwardCredential: false)
    #expect(without.map(\.name) == ["X"])
    let with = ForwardingRules.requestFields(fields, connectionOptions: [], forwardCredential: true)
    #expect(with.map(\.name) == ["Authorization", "DPoP", "X"])
    let named = ForwardingRules.requestFields(
      fields, connectionOptions: ["dpop"], forwardCredential: true)
    #expect(named.map(\.name) == ["Authorization", "X"])
  }

  @Test("gets a response without fields for one hop and without fields of the gateway")
  func response() throws {
    var fields = HTTPFields()
    for name in [
      "Content-Type", "Connection", "Keep-Alive", "Transfer-Encoding", "X-Hop",
      "Gatehouse_Subject", "Set-Cookie", "Trailer", "Content-Length", "WWW-Authenticate",
    ] {
      try fields.append(name: name, value: "x")
    }
    let kept = ForwardingRules.responseFields(fields, connectionOptions: ["x-hop"])
    #expect(kept.map(\.name) == ["Content-Type", "Set-Cookie", "WWW-Authenticate"])
  }
}
