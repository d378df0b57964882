import Enrollment
import SPIFFE
import StrictJSON
import Testing

@Suite struct ServiceUpstreamTests {
  private func upstream(_ value: JSONValue) throws -> Service.Upstream {
    try service(["upstream": .some(value)]).upstream
  }

  private static let pem = """
    -----BEGIN CERTIFICATE-----
    MIIBAAAA
    AAAA
    -----END CERTIFICATE-----

    """

  @Test("an origin alone is one endpoint with everything by default")
  func short() throws {
    let upstream = try self.upstream("http://127.0.0.1:9001")
    #expect(upstream.endpoints.map(\.origin.description) == ["http://127.0.0.1:9001"])
    #expect(upstream == (try self.upstream(["endpoints": [["url": "http://127.0.0.1:9001"]]])))
    #expect(upstream.healthCheck == nil && upstream.connectTimeout == nil)
    #expect(upstream.retries == 1 && upstream.dnsRefresh == 30)
    #expect(upstream.tls == .init() && upstream.outlier == .init())
  }

  @Test("every field of the long form is read")
  func long() throws {
    let upstream = try self.upstream([
      "endpoints": [["url": "https://a.example:8443", "weight": 2], ["url": "https://[::1]"]],
      "healthCheck": [
        "path": "/healthz?deep=1", "interval": "10s", "timeout": 3, "unhealthyAfter": 4,
        "healthyAfter": 1, "expect": [200, 204],
      ],
      "outlier": ["consecutiveFailures": 7, "ejection": "1m", "maximumEjected": 0],
      "dns": ["refresh": "5m"],
      "tls": [
        "serverName": "orders.internal", "spiffeIds": ["spiffe://example.org/orders"],
      ],
      "connectTimeout": "2s", "idleTimeout": 90, "retries": ["count": 0],
    ])
    #expect(upstream.endpoints.map(\.weight) == [2, 1])
    #expect(upstream.endpoints.map(\.origin.bareHost) == ["a.example", "::1"])
    let check = try #require(upstream.healthCheck)
    #expect(check.path == "/healthz?deep=1" && check.interval == 10 && check.timeout == 3)
    #expect(check.unhealthyAfter == 4 && check.healthyAfter == 1 && check.expected == [200, 204])
    #expect(upstream.outlier.consecutiveFailures == 7 && upstream.outlier.ejection == 60)
    #expect(upstream.outlier.maximumEjected == 0 && upstream.dnsRefresh == 300)
    #expect(upstream.tls.serverName == "orders.internal")
    #expect(upstream.tls.spiffeIDs == [try SPIFFEID(parsing: "spiffe://example.org/orders")])
    #expect(upstream.connectTimeout == 2 && upstream.idleTimeout == 90 && upstream.retries == 0)
  }

  @Test("roots are the machine's or certificates in PEM")
  func bundles() throws {
    for (text, roots) in [
      ("system", Service.Upstream.Roots.system), (Self.pem, .certificates(Self.pem)),
      (Self.pem + Self.pem, .certificates(Self.pem + Self.pem)),
    ] {
      let upstream = try self.upstream([
        "endpoints": [["url": "https://a.example"]], "tls": ["bundle": .string(text)],
      ])
      #expect(upstream.tls.roots == roots)
    }
  }

  @Test("every wrong value is named by its field")
  func wrongValues() {
    let plain: JSONValue = [["url": "http://a.example"]]
    let secure: JSONValue = [["url": "https://a.example"]]
    let pem = Self.pem
    let cases: [(JSONValue, String)] = [
      ([:], "endpoints"), (["endpoints": []], "endpoints"),
      (["endpoints": "http://a"], "endpoints"),
      (["endpoints": .array(Array(repeating: ["url": "http://a"], count: 65))], "endpoints"),
      (["endpoints": ["http://a"]], "endpoints[0]"), (["endpoints": [[:]]], "endpoints[0].url"),
      (["endpoints": [["url": "http://a/"]]], "endpoints[0].url"),
      (["endpoints": [["url": "http://a"], ["url": "http://a:80"]]], "endpoints[1].url"),
      (["endpoints": [["url": "http://a"], ["url": "https://a"]]], "endpoints[1].url"),
      (["endpoints": [["url": "http://a", "weight": 0]]], "endpoints[0].weight"),
      (["endpoints": [["url": "http://a", "weight": 1001]]], "endpoints[0].weight"),
      (["endpoints": [["url": "http://a", "wieght": 1]]], "endpoints[0].wieght"),
      (["endpoints": plain, "healthcheck": [:]], "healthcheck"),
      (["endpoints": plain, "healthCheck": [:]], "healthCheck.path"),
      (["endpoints": plain, "healthCheck": ["path": "healthz"]], "healthCheck.path"),
      (["endpoints": plain, "healthCheck": ["path": "/a b"]], "healthCheck.path"),
      (["endpoints": plain, "healthCheck": ["path": "/a\r\nX: y"]], "healthCheck.path"),
      (["endpoints": plain, "healthCheck": ["path": "/#x"]], "healthCheck.path"),
      (["endpoints": plain, "healthCheck": ["path": "/", "interval": 0]], "healthCheck.interval"),
      (
        ["endpoints": plain, "healthCheck": ["path": "/", "interval": 2, "timeout": 3]],
        "healthCheck.timeout"
      ),
      (
        ["endpoints": plain, "healthCheck": ["path": "/", "unhealthyAfter": 11]],
        "healthCheck.unhealthyAfter"
      ),
      (["endpoints": plain, "healthCheck": ["path": "/", "expect": []]], "healthCheck.expect"),
      (
        ["endpoints": plain, "healthCheck": ["path": "/", "expect": [199]]],
        "healthCheck.expect[0]"
      ),
      (["endpoints": plain, "outlier": ["ejection": 0]], "outlier.ejection"),
      (["endpoints": plain, "outlier": ["maximumEjected": 101]], "outlier.maximumEjected"),
      (
        ["endpoints": plain, "outlier": ["consecutiveFailures": 0]], "outlier.consecutiveFailures"
      ),
      (["endpoints": plain, "dns": ["refresh": 0]], "dns.refresh"),
      (["endpoints": plain, "dns": 30], "dns"), (["endpoints": plain, "retries": 1], "retries"),
      (["endpoints": plain, "retries": ["count": 4]], "retries.count"),
      (["endpoints": plain, "connectTimeout": 0], "connectTimeout"),
      (["endpoints": plain, "idleTimeout": "2h"], "idleTimeout"),
      (["endpoints": plain, "tls": [:]], "tls"),
      (["endpoints": secure, "tls": ["serverName": "10.0.0.1"]], "tls.serverName"),
      (["endpoints": secure, "tls": ["serverName": "A.example"]], "tls.serverName"),
      (["endpoints": secure, "tls": ["serverName": "a..example"]], "tls.serverName"),
      (["endpoints": secure, "tls": ["caFile": "/etc/ca.pem"]], "tls.caFile"),
      (["endpoints": secure, "tls": ["bundle": "/etc/ca.pem"]], "tls.bundle"),
      (["endpoints": secure, "tls": ["bundle": 1]], "tls.bundle"),
      (["endpoints": secure, "tls": ["bundle": .string("x\n" + pem)]], "tls.bundle"),
      (["endpoints": secure, "tls": ["bundle": .string(String(pem.dropLast(8)))]], "tls.bundle"),
      (
        [
          "endpoints": secure,
          "tls": ["bundle": .string(pem.replacing("CERTIFICATE", with: "PRIVATE KEY"))],
        ], "tls.bundle"
      ),
      (
        [
          "endpoints": secure,
          "tls": ["bundle": .string(String(repeating: pem, count: 4000))],
        ], "tls.bundle"
      ),
      (["endpoints": secure, "tls": ["spiffeIds": []]], "tls.spiffeIds"),
      (["endpoints": secure, "tls": ["spiffeIds": ["orders"]]], "tls.spiffeIds[0]"),
      (
        [
          "endpoints": secure,
          "tls": ["spiffeIds": ["spiffe://example.org/a"], "bundle": "system"],
        ], "tls.bundle"
      ),
    ]
    for (value, field) in cases {
      let error = manifestError { _ = try self.upstream(value) }
      #expect(error?.field == "spec.upstream.\(field)", "\(error?.description ?? "none")")
    }
  }

  @Test("a misspelt field names the nearest")
  func nearest() {
    let error = manifestError {
      _ = try self.upstream(["endpoints": [["url": "http://a"]], "healthcheck": [:]])
    }
    #expect(error?.message == "unknown field; did you mean `healthCheck`?")
  }
}
