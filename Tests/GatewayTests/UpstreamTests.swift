import Distribution
import HTTPMessages
import Inspection
import SPIFFE
import StrictJSON
import Synchronization
import TestIssuers
import Testing

@testable import Gateway

/// What a service's manifest says about its upstream, as it reaches who forwards.
@Suite struct UpstreamTests {
  private func upstream(_ value: JSONValue) throws -> Upstream {
    try #require(try self.world(value).routes.upstreams["orders"])
  }

  private func world(_ value: JSONValue, name: String = "upstream") throws -> GatewayWorld {
    var image = WorldImage()
    image.apply(
      try TestRecords.world(TestIssuer()).map { item in
        guard item.kind == "service", let bytes = item.value else { return item }
        var record = try ManifestRecord(bytes: bytes)
        record.spec[name] = value
        return FeedItem(kind: item.kind, name: item.name, value: record.bytes)
      })
    return try WorldBuilder(image, leeway: 5).build(revision: 1)
  }

  @Test("an origin alone is one endpoint in plaintext")
  func short() throws {
    let upstream = try self.upstream("http://127.0.0.1:9001")
    #expect(upstream == Upstream(origins: [.init(host: "127.0.0.1", port: 9001)]))
    #expect(try self.upstream("http://[::1]:80").origins == [.init(host: "::1", port: 80)])
  }

  @Test("https is TLS with the machine's roots, unless the manifest says otherwise")
  func transport() throws {
    #expect(
      try self.upstream("https://a.example").transport == .tls(serverName: nil, roots: .system))
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    let own: JSONValue = [
      "endpoints": [["url": "https://a.example"]],
      "tls": ["serverName": "b.example", "bundle": .string(pem)],
    ]
    #expect(
      try self.upstream(own).transport
        == .tls(serverName: "b.example", roots: .certificates(pem)))
    let mutual: JSONValue = [
      "endpoints": [["url": "https://a.example"]],
      "tls": ["spiffeIds": ["spiffe://example.org/orders"]],
    ]
    let peer = try SPIFFEID(parsing: "spiffe://example.org/orders")
    #expect(try self.upstream(mutual).transport == .mutualTLS(serverName: nil, peers: [peer]))
  }

  @Test("everything else of the long form arrives")
  func long() throws {
    let upstream = try self.upstream([
      "endpoints": [["url": "http://a.example", "weight": 2], ["url": "http://b.example:81"]],
      "healthCheck": [
        "path": "/h", "interval": 7, "timeout": 3, "unhealthyAfter": 4, "healthyAfter": 5,
        "expect": [200, 204],
      ], "outlier": ["consecutiveFailures": 8, "ejection": 9, "maximumEjected": 10],
      "dns": ["refresh": 11], "connectTimeout": 12, "idleTimeout": 13, "retries": ["count": 2],
    ])
    var wanted = Upstream(origins: [
      .init(host: "a.example", port: 80, weight: 2), .init(host: "b.example", port: 81),
    ])
    wanted.healthCheck = .init(
      path: "/h", interval: 7, timeout: 3, unhealthyAfter: 4, healthyAfter: 5, expected: [200, 204])
    wanted.outliers = .init(consecutiveFailures: 8, ejection: 9, maximumEjected: 10)
    wanted.dnsRefresh = 11
    wanted.connectTimeout = 12
    wanted.idleTimeout = 13
    wanted.retries = 2
    #expect(upstream == wanted)
  }

  private func service(_ name: String, _ value: JSONValue) throws -> RoutedService {
    try #require(try self.world(value, name: name).routes.all.first?.service)
  }

  @Test("WebSockets, odd paths and a foreign origin arrive as they are allowed, and only then")
  func exceptions() throws {
    let closed = try self.service("webSocket", false)
    #expect(!closed.forwarding.allowsWebSocket)
    #expect(closed.pathRules == .strict)
    #expect(closed.externalOrigin == nil)
    #expect(try self.service("webSocket", true).forwarding.allowsWebSocket)
    #expect(
      try self.service("externalOrigin", "https://api.example").externalOrigin
        == "https://api.example")
    let rules: [(String, PathRules)] = [
      ("encodedSlash", .encodedSlashes), ("dotSegments", .dotSegments),
      ("emptySegments", .emptySegments), ("encodedUnreserved", .encodedUnreserved),
    ]
    for (name, rule) in rules {
      #expect(try self.service("paths", .object([name: "allow"] as JSONObject)).pathRules == rule)
    }
  }

  @Test("who sees to endpoints is told of a world before requests are decided by it")
  func order() throws {
    let told = Told()
    let current = CurrentWorld(stalenessMilliseconds: 1, uptime: { 0 }) { world in
      told.revisions.withLock { $0.append((world.revision, told.decided())) }
    }
    told.current.withLock { $0 = current }
    current.replace(with: try self.world("http://127.0.0.1:9001"))
    let revisions = told.revisions.withLock { $0 }
    #expect(revisions.map(\.told) == [1] && revisions.map(\.decidedBy) == [nil])
    #expect(current.world?.revision == 1)
  }

  private final class Told: Sendable {
    let revisions = Mutex<[(told: Int64, decidedBy: Int64?)]>([])
    let current = Mutex<CurrentWorld?>(nil)

    func decided() -> Int64? { self.current.withLock { $0?.world?.revision } }
  }
}
