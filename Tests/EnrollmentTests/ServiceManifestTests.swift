import Enrollment
import StrictJSON
import Testing

@Suite struct ServiceManifestTests {
  @Test("a whole manifest becomes a service")
  func whole() throws {
    let service = try service([
      "exposure": "partner", "anonymous": ["health"], "tokenLifetime": "10m", "forwardToken": true,
      "audit": "best-effort", "enforcement": ["policy": "shadow", "contract": "off"],
      "limits": ["requestBody": 1024, "responseTimeout": "90s"],
      "routes": [["host": "a.example"], ["host": "b.example", "pathPrefix": "/v1"]],
    ])
    #expect(service.exposure == .partner)
    #expect(service.anonymous == ["health"])
    #expect(service.tokenLifetime == 600)
    #expect(service.forwardToken)
    #expect(service.audit == .bestEffort)
    #expect(service.enforcement == [.policy: .shadow, .contract: .off])
    #expect(service.limits.requestBody == 1024)
    #expect(service.limits.responseTimeout == 90)
    #expect(
      service.routes == [
        .init(host: "a.example", pathPrefix: "/"), .init(host: "b.example", pathPrefix: "/v1"),
      ])
    #expect(service.contract == ordersContract)
  }

  @Test("what may be left out is closed and strict")
  func defaults() throws {
    let service = try service()
    #expect(service.anonymous == [])
    #expect(service.tokenLifetime == 300)
    #expect(!service.forwardToken)
    #expect(service.audit == .required)
    #expect(service.enforcement == [:])
  }

  @Test(
    "a required field that is missing is named",
    arguments: [
      "owner", "purpose", "exposure", "audience", "routes", "upstream", "contract",
    ])
  func missing(field: String) {
    let error = manifestError { _ = try service([field: JSONValue?.none]) }
    #expect(error?.field == "spec.\(field)")
    #expect(error?.message.contains("required") == true)
  }

  @Test("every wrong value is named by its field")
  func wrongValues() {
    let cases: [(String, JSONValue, String)] = [
      ("exposure", "intern", "spec.exposure"), ("exposure", 1, "spec.exposure"),
      ("audience", "orders", "spec.audience"), ("audience", "https://a b", "spec.audience"),
      ("audience", .string("https://" + String(repeating: "a", count: 512)), "spec.audience"),
      ("audience", "https://ö.example", "spec.audience"),
      ("routes", [], "spec.routes"), ("routes", "x", "spec.routes"),
      ("routes", ["x"], "spec.routes[0]"), ("routes", [[:]], "spec.routes[0].host"),
      ("routes", [["host": "A.example"]], "spec.routes[0].host"),
      ("routes", [["host": "a.example:80"]], "spec.routes[0].host"),
      ("routes", [["host": ".example"]], "spec.routes[0].host"),
      ("routes", [["host": "a..example"]], "spec.routes[0].host"),
      ("routes", [["host": "*"]], "spec.routes[0].host"),
      ("routes", [["host": "a", "prefix": "/"]], "spec.routes[0].prefix"),
      ("upstream", "127.0.0.1:9001", "spec.upstream"),
      ("upstream", "http://127.0.0.1:9001/path", "spec.upstream"), ("upstream", 1, "spec.upstream"),
      ("contract", "", "spec.contract"), ("anonymous", ["helth"], "spec.anonymous[0]"),
      ("anonymous", ["health", "health"], "spec.anonymous[1]"),
      ("tokenLifetime", "2h", "spec.tokenLifetime"), ("tokenLifetime", 0, "spec.tokenLifetime"),
      ("tokenLifetime", "0s", "spec.tokenLifetime"), ("tokenLifetime", "-5m", "spec.tokenLifetime"),
      ("tokenLifetime", "+5m", "spec.tokenLifetime"), ("tokenLifetime", "5", "spec.tokenLifetime"),
      ("tokenLifetime", "m", "spec.tokenLifetime"), ("tokenLifetime", "", "spec.tokenLifetime"),
      ("tokenLifetime", "9223372036854775807h", "spec.tokenLifetime"),
      ("tokenLifetime", "99999999999999999999s", "spec.tokenLifetime"),
      ("tokenLifetime", "1.5m", "spec.tokenLifetime"), ("tokenLifetime", 1.5, "spec.tokenLifetime"),
      ("forwardToken", "yes", "spec.forwardToken"), ("audit", "none", "spec.audit"),
      ("senderConstraint", "mtls", "spec.senderConstraint"),
      ("senderConstraint", true, "spec.senderConstraint"),
      ("webSocket", "yes", "spec.webSocket"), ("externalOrigin", 1, "spec.externalOrigin"),
      ("externalOrigin", "https://api.example/", "spec.externalOrigin"),
      ("externalOrigin", "https://API.example", "spec.externalOrigin"),
      ("externalOrigin", "api.example", "spec.externalOrigin"),
      ("externalOrigin", "wss://api.example", "spec.externalOrigin"),
      ("paths", "allow", "spec.paths"), ("paths", ["slashes": "allow"], "spec.paths.slashes"),
      ("paths", ["encodedSlash": true], "spec.paths.encodedSlash"),
      ("paths", ["dotSegments": "keep"], "spec.paths.dotSegments"),
      ("enforcement", "off", "spec.enforcement"),
      ("enforcement", ["credential": "off"], "spec.enforcement.credential"),
      ("enforcement", ["policy": "maybe"], "spec.enforcement.policy"),
      ("enforcement", ["policy": nil], "spec.enforcement.policy"),
      ("limits", ["requestBody": -1], "spec.limits.requestBody"),
      ("limits", ["requestBody": "1"], "spec.limits.requestBody"),
      ("limits", ["responseTimeout": "2h"], "spec.limits.responseTimeout"),
      ("limits", ["body": 1], "spec.limits.body"), ("upstreams", "x", "spec.upstreams"),
    ]
    for (name, value, field) in cases {
      #expect(manifestError { _ = try service([name: .some(value)]) }?.field == field, "\(value)")
    }
  }

  @Test(
    "a service says which tokens it takes, and takes any by default",
    arguments: Service.SenderConstraint.allCases)
  func senderConstraint(constraint: Service.SenderConstraint) throws {
    #expect(
      try service(["senderConstraint": .string(constraint.rawValue)]).senderConstraint
        == constraint)
    #expect(try service().senderConstraint == Service.SenderConstraint.none)
  }

  @Test("WebSockets, a foreign origin and odd paths are there only for those who ask for them")
  func exceptions() throws {
    let strict = try service(["paths": ["encodedSlash": "refuse"], "webSocket": false])
    for closed in [try service(), strict] {
      #expect(!closed.webSocket)
      #expect(closed.externalOrigin == nil)
      #expect(closed.pathExceptions == [])
    }
    let open = try service([
      "webSocket": true, "externalOrigin": "https://api.example:8443",
      "paths": ["encodedSlash": "allow", "dotSegments": "allow", "emptySegments": "refuse"],
    ])
    #expect(open.webSocket)
    #expect(open.externalOrigin == "https://api.example:8443")
    #expect(open.pathExceptions == [.encodedSlash, .dotSegments])
  }

  @Test("dot segments are not for services that have a part of a host: they lead out of it")
  func dotSegments() {
    let error = manifestError {
      _ = try service([
        "routes": [["host": "a.example"], ["host": "b.example", "pathPrefix": "/v1"]],
        "paths": ["dotSegments": "allow"],
      ])
    }
    #expect(error?.field == "spec.paths.dotSegments")
  }

  @Test(
    "a path prefix that no canonical path begins with is refused",
    arguments: [
      "", "v1", "/v1?x", "/v1#x", "/a%2Fb", "//", "/a//b", "/../x", "/a/./b", "/a b", "/\\x", "/ö",
    ])
  func prefixes(prefix: String) {
    let error = manifestError {
      _ = try service(["routes": [["host": "a", "pathPrefix": .string(prefix)]]])
    }
    #expect(error?.field == "spec.routes[0].pathPrefix")
  }

  @Test("a misspelt operation in `anonymous` names the nearest")
  func nearestOperation() {
    let error = manifestError { _ = try service(["anonymous": ["helth"]]) }
    #expect(error?.message == "the contract has no such operation; did you mean `health`?")
  }

  @Test("a contract that was not sent or cannot be read is an error of the field")
  func contracts() {
    for text in [nil, "", "openapi: 3.1.0", "}{", String(repeating: "[", count: 100_000)] {
      #expect(manifestError { _ = try service(contract: text) }?.field == "spec.contract")
    }
  }

  @Test(
    "an upstream is a scheme, a host and a port",
    arguments: [
      ("http://127.0.0.1:9001", "http://127.0.0.1:9001"),
      ("http://a.example", "http://a.example:80"),
      ("https://a.example", "https://a.example:443"), ("http://[::1]:80", "http://[::1]:80"),
      ("https://[::1]", "https://[::1]:443"),
    ])
  func upstreams(text: String, shown: String) throws {
    #expect(try #require(UpstreamOrigin(text)).description == shown)
  }

  @Test(
    "anything else is not an upstream",
    arguments: [
      "", "http://", "http://:80", "http://a:", "http://a:0", "http://a:65536", "http://a:+80",
      "http://a:-1", "http://a:8 0", "ftp://a", "HTTP://a", "http://user@a", "http://a/",
      "http://a?x",
      "http://a#x", "http://[::1", "http://[]", "http://[::1]80", "http://a]b", "http://a b",
      "http://ä", "http://a\r\nHost:b", "http://a:80:80",
    ])
  func notUpstreams(text: String) {
    #expect(UpstreamOrigin(text) == nil)
  }
}
