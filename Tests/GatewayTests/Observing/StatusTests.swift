import Credentials
import Crypto
import Distribution
import Foundation
import Gateway
import Inspection
import StrictJSON
import TestIssuers
import Testing

@Suite("What the gateway says about itself")
struct StatusTests {
  private func status(_ gateway: TestGateway, _ serving: ServingState) -> GatewayStatus {
    GatewayStatus(
      .init(
        current: gateway.current, live: gateway.live, recorder: gateway.recorder,
        metrics: GatewayMetrics(loops: 1), serving: serving,
        settings: ["listen": "127.0.0.1:8443"]))
  }

  private func tell(_ items: [FeedItem], _ gateway: TestGateway) async throws {
    var sessions = gateway.feed.sessions.makeAsyncIterator()
    let session = try #require(await sessions.next())
    session.tell(.snapshot(items: items, revision: 5, isComplete: true))
    for await report in session.reports {
      if case .acknowledged(5) = report { return }
    }
  }

  @Test("it is ready while it knows a world that is fresh, listens and does not end")
  func readiness() async throws {
    try await TestGateway.run { gateway in
      let serving = ServingState()
      let status = self.status(gateway, serving)
      #expect(status.unreadiness().map(\.code) == ["state-unknown", "not-listening"])
      serving.listens()
      try await self.tell(try TestRecords.world(gateway.issuer), gateway)
      #expect(status.unreadiness().isEmpty)
      gateway.clock.advance(bySeconds: 31)
      #expect(status.unreadiness().map(\.code) == ["state-stale"])
      let text = String(decoding: status.metrics(), as: UTF8.self)
      #expect(text.contains("\ngatehouse_gateway_ready 0\n"))
      #expect(text.contains("\ngatehouse_gateway_revocation_view_age_seconds 31.0\n"))
      #expect(text.contains("\ngatehouse_gateway_feed_revision 5\n"))
      gateway.clock.advance(bySeconds: -31)
      serving.drains()
      #expect(status.unreadiness().map(\.code) == ["draining"])
    }
  }

  @Test("the configuration shows what decides, and nothing that is secret")
  func configuration() async throws {
    try await TestGateway.run { gateway in
      var items = try TestRecords.world(gateway.issuer)
      items.append(try TestRecords.revocation(cutoff: 1_000_000))
      try await self.tell(items, gateway)
      let dump = self.status(gateway, ServingState()).configuration()
      let world = try #require(dump.objectValue?["world"]?.objectValue)
      let service = try #require(world["services"]?.arrayValue?.first?.objectValue)
      #expect(world["revision"] == 5)
      #expect(service["name"] == "orders")
      #expect(service["routes"] == [["host": "orders.example", "pathPrefix": "/"]])
      #expect(
        service["upstream"] == [
          "transport": "http",
          "endpoints": [["host": "127.0.0.1", "port": 9001, "weight": 1]],
        ])
      #expect(service["contract"]?.objectValue?["sha256"]?.stringValue?.utf8.count == 64)
      #expect(
        service["enforcement"]
          == [
            "operation": "enforcing", "scope": "enforcing", "contract": "enforcing",
            "policy": "enforcing",
          ])
      let text = String(decoding: dump.serialized(), as: UTF8.self)
      #expect(text.contains(gateway.issuer.keyID))
      // The key itself is public, and yet nothing that belongs here; private parts even less.
      let key = gateway.issuer.key
      for secret in [key.rawRepresentation, key.publicKey.x963Representation.dropFirst()] {
        #expect(!text.contains(secret.base64EncodedString().prefix(20)))
      }
      #expect(!text.contains(try gateway.issuer.token().prefix(30)))
      for word in ["\"d\"", "\"k\"", "PRIVATE", "eyJ", "password", "spiffe://example.org/shop"] {
        #expect(!text.contains(word), "\(word)")
      }
    }
  }

  @Test("what does not enforce is listed as `gatehouse status` lists it")
  func notEnforcing() async throws {
    try await TestGateway.run { gateway in
      let relaxed = try TestRecords.world(
        gateway.issuer,
        policy: "@mode(\"shadow\") @id(\"later\") forbid(principal, action, resource);")
      try await self.tell(relaxed, gateway)
      #expect(
        self.status(gateway, ServingState()).notEnforcing()
          == [["policy": "shop/later", "check": "policy", "mode": "shadow"]])
    }
  }
}
