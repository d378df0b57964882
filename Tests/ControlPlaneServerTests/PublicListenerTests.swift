import AsyncHTTPClient
import ControlPlaneAPI
import Foundation
import NIOCore
import NIOHTTP1
import StrictJSON
import Synchronization
import Testing

@testable import ControlPlaneServer

@Suite("The public listener")
struct PublicListenerTests {
  @Test(
    "documents are served as JSON that may be cached for a minute",
    arguments: [
      ("/keys", "accessTokenKeys"), ("/svid/keys", "svidKeys"), ("/spiffe/bundle", "trustBundle"),
      ("/.well-known/oauth-authorization-server", "authorizationServerMetadata"),
      ("/.well-known/openid-configuration", "openIDConfiguration"),
      ("/svid/.well-known/openid-configuration", "svidOpenIDConfiguration"),
    ])
  func documents(path: String, name: String) async throws {
    try await RunningListeners.withPublic(FakeControlPlane()) { base, http in
      let answer = try await Answer(http, .GET, base + path)
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == ["application/json"])
      #expect(answer.headers["cache-control"] == ["public, max-age=60"])
      #expect(answer.json?["document"]?.stringValue == name)
    }
  }

  @Test("HEAD is GET without the body, and its length")
  func head() async throws {
    try await RunningListeners.withPublic(FakeControlPlane()) { base, http in
      let answer = try await Answer(http, .HEAD, base + "/keys")
      #expect(answer.status == 200)
      #expect(answer.body.isEmpty)
      #expect(answer.headers["content-length"] == ["30"])
    }
  }

  @Test(
    "a path that is not served is a problem",
    arguments: [
      "/", "/keys/", "//keys", "/Keys", "/oauth2", "/v1/apply", "/%2e%2e/keys", "/keys%00",
    ])
  func absent(path: String) async throws {
    try await RunningListeners.withPublic(FakeControlPlane()) { base, http in
      let answer = try await Answer(http, .GET, base + path)
      #expect(answer.status == 404)
      #expect(answer.headers["content-type"] == ["application/problem+json"])
      #expect(
        answer.json?["type"]?.stringValue == "https://gatehouse.dev/problems/http/not-found")
    }
  }

  @Test("another method is refused with those that are served")
  func methods() async throws {
    try await RunningListeners.withPublic(FakeControlPlane()) { base, http in
      let keys = try await Answer(http, .POST, base + "/keys")
      #expect(keys.status == 405)
      #expect(keys.headers["allow"] == ["GET, HEAD"])
      let token = try await Answer(http, .GET, base + "/oauth2/token")
      #expect(token.status == 405)
      #expect(token.headers["allow"] == ["POST"])
      #expect(token.headers["content-type"] == ["application/problem+json"])
    }
  }

  @Test("it is live at once, and ready when nothing is missing")
  func readiness() async throws {
    let fake = FakeControlPlane()
    fake.missing.withLock { $0 = ["keys are not published yet"] }
    try await RunningListeners.withPublic(fake) { base, http in
      let live = try await Answer(http, .GET, base + "/live")
      #expect(live.status == 200)
      let notReady = try await Answer(http, .GET, base + "/ready")
      #expect(notReady.status == 503)
      #expect(notReady.json?["detail"]?.stringValue == "keys are not published yet")
      fake.missing.withLock { $0 = [] }
      let ready = try await Answer(http, .GET, base + "/ready")
      #expect(ready.status == 200)
    }
  }

  @Test("metrics count answers by the endpoint's path, never by what a client wrote")
  func metrics() async throws {
    try await RunningListeners.withPublic(FakeControlPlane()) { base, http in
      _ = try await Answer(http, .GET, base + "/keys?secret=1")
      _ = try await Answer(http, .GET, base + "/made/up\"path")
      _ = try await Answer(http, .PROPFIND, base + "/keys")
      let text = try await Answer(http, .GET, base + "/metrics").text
      #expect(
        text.contains(
          #"gatehouse_http_requests_total{method="GET",path="/keys",status="200"} 1"#))
      #expect(
        text.contains(
          #"gatehouse_http_requests_total{method="other",path="other",status="405"} 1"#))
      #expect(!text.contains("secret"))
      #expect(!text.contains("made"))
    }
  }

  @Test(
    "bytes that are not HTTP end the connection and nothing else",
    arguments: [
      "", "\r\n\r\n", "GET\r\n\r\n", "GET /keys HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}",
      "GET /keys HTTP/1.1\r\nA: b\u{0}c\r\n\r\n",
      "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabc",
      "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "GET /keys HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 70_000))\r\n\r\n",
      "GET /\(String(repeating: "k", count: 70_000)) HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET http:// HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ])
  func garbage(bytes: String) async throws {
    try await RunningListeners.withPublic(FakeControlPlane()) { base, http in
      let port = try #require(Int(base.split(separator: ":").last ?? ""))
      let answer = try await RawExchange.answer(port: port, bytes: Array(bytes.utf8))
      #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"))
      let live = try await Answer(http, .GET, base + "/live")
      #expect(live.status == 200)
    }
  }
}

/// A response with its body.
struct Answer {
  let status: UInt
  let headers: HTTPHeaders
  let body: [UInt8]

  init(
    _ http: HTTPClient, _ method: HTTPMethod, _ url: String, type: String? = nil,
    body: [UInt8]? = nil
  ) async throws {
    var request = HTTPClientRequest(url: url)
    request.method = method
    if let type { request.headers.add(name: "content-type", value: type) }
    if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
    let response = try await http.execute(request, timeout: .seconds(30))
    self.status = response.status.code
    self.headers = response.headers
    self.body = Array(try await response.body.collect(upTo: 1 << 20).readableBytesView)
  }

  var text: String { String(decoding: self.body, as: UTF8.self) }
  var json: JSONObject? { (try? JSONValue(parsing: self.body))?.objectValue }
}
