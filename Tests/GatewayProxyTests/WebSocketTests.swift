import Credentials
import Gateway
import GatewayProxy
import HTTPMessages
import IPAddresses
import Inspection
import NIOCore
import SPIFFE
import TestIssuers
import Testing

@Suite("WebSockets and proxies in front, over sockets")
struct WebSocketTests {
  static func head(_ token: String, _ more: String = "") -> String {
    "GET /socket HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\n"
      + "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\(more)"
  }

  @Test("after a valid 101, bytes pass both ways until the credential is revoked")
  func tunnel() async throws {
    var options = TestStage.Options()
    options.allowsWebSocket = true
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(head: Self.head(token))
        #expect(try await client.read(until: "welcome."))
        for text in ["one", "two"] {
          try await client.send(text)
          #expect(try await client.read(until: text))
        }
        let workload = try SPIFFEID(parsing: "spiffe://example.org/shop/checkout")
        let world = stage.world.alsoRefusing(
          RevocationView(cutoffs: [Principal(workload): 1_000_100]))
        stage.current.replace(with: world)
        stage.live.closeRefused(by: world)
        #expect(try await client.isAtEnd())
      }
    }
  }

  @Test("a tunnel in which nothing passes ends", .timeLimit(.minutes(1)))
  func idleTunnel() async throws {
    var options = TestStage.Options()
    options.allowsWebSocket = true
    options.configure = { $0.tunnelIdleTimeout = .milliseconds(200) }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(head: Self.head(token))
        #expect(try await client.read(until: "welcome."))
        #expect(try await client.isAtEnd())
      }
    }
  }

  @Test("a 101 that does not answer the handshake is 502, and no byte passes")
  func wrongAnswer() async throws {
    var options = TestStage.Options()
    options.allowsWebSocket = true
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(head: Self.head(token, "\nX-How: wrong"))
        let answer = try await client.answer()
        #expect((answer.status, answer.problem ?? "") == (502, "forward/broken"))
      }
      #expect(try await stage.request("GET /plain").body == "ok")
    }
  }

  @Test("where the service does not say so, the upgrade is left out")
  func withoutPermission() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      try await stage.connect { client in
        try await client.send(head: Self.head(token))
        let answer = try await client.answer()
        #expect((answer.status, answer.body) == (200, "ok"))
        #expect(answer.field("upgrade") == nil)
      }
      #expect(stage.upstream.heads.first?.lowercased().contains("upgrade") == false)
    }
  }

  @Test(
    "an upgrade to something else, or to that too, becomes no tunnel where WebSockets may be",
    arguments: ["h2c", "h2c, websocket", "websocket, h2c", "websocket\nUpgrade: h2c", "tls/1.0"])
  func otherUpgrade(_ upgrade: String) async throws {
    var options = TestStage.Options()
    options.allowsWebSocket = true
    try await TestStage.run(options) { stage in
      let head = Self.head(try stage.issuer.token(), "\nHTTP2-Settings: AAMAAABk")
        .replacing("Connection: Upgrade", with: "Connection: Upgrade, HTTP2-Settings")
        .replacing("Upgrade: websocket", with: "Upgrade: \(upgrade)")
      try await stage.connect { client in
        // What comes behind it is a request still, and inspected.
        for _ in 0..<2 {
          try await client.send(head: head)
          let answer = try await client.answer(wantsInterim: true)
          #expect((answer.status, answer.body) == (200, "ok"))
          #expect(answer.field("upgrade") == nil)
        }
        try await client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        #expect(try await client.answer().status >= 400)
      }
      let heads = stage.upstream.heads.map { $0.lowercased() }
      #expect(heads.count == 2)
      #expect(heads.allSatisfy { !$0.contains("upgrade") && !$0.contains("http2-settings") })
    }
  }

  @Test("the source is whom the PROXY header names; without one the connection is closed")
  func proxyHeader() async throws {
    var options = TestStage.Options()
    options.configure = {
      $0.proxies = [IPAddressRange("127.0.0.0/8")].compactMap(\.self)
      $0.connectionsPerSource = 1
    }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      let request =
        "GET /plain HTTP/1.1\r\nHost: orders.example\r\nAuthorization: Bearer \(token)\r\n\r\n"
      try await stage.connect { first in
        try await first.send("PROXY TCP4 192.0.2.1 192.0.2.9 1000 443\r\n" + request)
        #expect(try await first.answer().body == "ok")
        #expect(stage.upstream.heads.last?.contains("for=192.0.2.1;") == true)
        try await stage.connect { same in
          try await same.send("PROXY TCP4 192.0.2.1 192.0.2.9 1001 443\r\n")
          #expect(try await same.isAtEnd())
        }
        try await stage.connect { other in
          try await other.send("PROXY TCP4 192.0.2.2 192.0.2.9 1002 443\r\n" + request)
          #expect(try await other.answer().body == "ok")
        }
        try await stage.connect { missing in
          try await missing.send(request)
          #expect(try await missing.isAtEnd())
        }
      }
    }
  }

  @Test(
    "requests behind a trusted proxy count for their own sources, and the proxy's connections for nobody"
  )
  func trustedHops() async throws {
    var options = TestStage.Options()
    options.configure = {
      $0.trustedHops = TrustedHops(.count(1), field: .xForwardedFor)
      ($0.connectionsPerSource, $0.requestsPerSource) = (1, 1)
    }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      let head = "HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\nX-Forwarded-For:"
      try await stage.connect { first in
        try await first.send(head: "GET /stream \(head) 192.0.2.1")
        #expect(try await first.read(until: "hello"))
        try await stage.connect { second in
          try await second.send(head: "GET /plain \(head) 192.0.2.1")
          let refused = try await second.answer()
          #expect((refused.status, refused.problem ?? "") == (429, "source-limit/requests"))
          try await second.send(head: "GET /plain \(head) 192.0.2.2")
          #expect(try await second.answer().body == "ok")
        }
      }
    }
  }
}
