import Audit
import Foundation
import HTTPMessages
import Inspection
import StrictJSON
import TestIssuers
import Testing

@Suite("Refusals, over a socket")
struct RefusalTests {
  @Test("host, credential, operation, scope and contract each answer in their way")
  func list() async throws {
    try await TestStage.run { stage in
      let unknown = try await stage.raw("GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")
      #expect((unknown.status, unknown.problem ?? "") == (404, "host/unknown"))

      let missing = try await stage.raw("GET /hops HTTP/1.1\r\nHost: orders.example\r\n\r\n")
      #expect((missing.status, missing.problem ?? "") == (401, "credential/token-missing"))
      #expect(missing.field("www-authenticate") == "Bearer realm=\"https://orders.example\"")

      let expired = try await stage.request("GET /hops", token: stage.issuer.token(["exp": 5]))
      #expect((expired.status, expired.problem ?? "") == (401, "credential/token-expired"))

      let forged = try await stage.request("GET /hops", token: TestIssuer().token())
      #expect((forged.status, forged.problem ?? "") == (401, "credential/signature-invalid"))

      let twice = try await stage.request("GET /hops", "\nAuthorization: Bearer abc")
      #expect((twice.status, twice.problem ?? "") == (400, "credential/credentials-repeated"))

      let nowhere = try await stage.request("GET /nowhere")
      #expect((nowhere.status, nowhere.problem ?? "") == (404, "operation/unknown"))

      let method = try await stage.request("DELETE /plain")
      #expect((method.status, method.problem ?? "") == (405, "operation/method-not-allowed"))
      #expect(method.field("allow") == "GET, HEAD, PATCH, POST")

      let scope = try await stage.request("PATCH /plain")
      #expect((scope.status, scope.problem ?? "") == (403, "scope/insufficient-scope"))

      let media = try await stage.request(
        "POST /plain", "\nContent-Type: image/png\nContent-Length: 2", body: "ab")
      #expect((media.status, media.problem ?? "") == (415, "contract/media-type"))

      let unexpected = try await stage.request(
        "GET /plain", "\nContent-Type: text/plain\nContent-Length: 2", body: "ab")
      #expect((unexpected.status, unexpected.problem ?? "") == (400, "contract/violated"))
      #expect(unexpected.body.contains("\"pointer\":\"/body\""))
      #expect(stage.upstream.heads.isEmpty)
    }
  }

  @Test("a body that is too large is 413, announced or not")
  func tooLarge() async throws {
    var options = TestStage.Options()
    options.maximumBody = 10
    try await TestStage.run(options) { stage in
      let announced = try await stage.request(
        "POST /plain", "\nContent-Type: text/plain\nContent-Length: 11")
      #expect((announced.status, announced.problem ?? "") == (413, "contract/body-too-large"))
      let counted = try await stage.request(
        "POST /plain", "\nContent-Type: text/plain\nTransfer-Encoding: chunked",
        body: "6\r\nabcdef\r\n6\r\nabcdef\r\n")
      #expect((counted.status, counted.problem ?? "") == (413, "contract/body-too-large"))
    }
  }

  @Test("policy refuses with 403")
  func policy() async throws {
    var options = TestStage.Options()
    options.isAllowed = false
    try await TestStage.run(options) { stage in
      let answer = try await stage.request("GET /hops")
      #expect((answer.status, answer.problem ?? "") == (403, "policy/denied"))
      let event = try #require(try await stage.events().first)
      #expect(event.type == .requestRefused)
      #expect(event.decision?.stage == "policy")
      #expect(event.decision?.policies == ["shop/0"])
      #expect(event.credential?.id == "token-1")
      #expect(event.credential?.digest?.utf8.count == 64)
      #expect(event.request?.status == 403)
    }
  }

  @Test("an old world and a full log are 503 with Retry-After")
  func unavailable() async throws {
    var stale = TestStage.Options()
    stale.isStale = true
    try await TestStage.run(stale) { stage in
      let answer = try await stage.request("GET /hops")
      #expect((answer.status, answer.problem ?? "") == (503, "credential/state-stale"))
      #expect(answer.field("retry-after") != nil)
    }
    var full = TestStage.Options()
    full.auditCapacity = 0
    try await TestStage.run(full) { stage in
      let answer = try await stage.request("GET /hops")
      #expect((answer.status, answer.problem ?? "") == (503, "forward/audit-unavailable"))
      #expect(stage.upstream.heads.isEmpty)
    }
  }

  @Test("a refusal keeps the connection, unless a body would follow")
  func keepsAlive() async throws {
    try await TestStage.run { stage in
      try await stage.connect { client in
        for _ in 0..<3 {
          try await client.send(head: "GET /hops HTTP/1.1\nHost: orders.example")
          #expect(try await client.answer().status == 401)
        }
        try await client.send(
          head: "POST /hops HTTP/1.1\nHost: orders.example\nContent-Length: 5")
        let answer = try await client.answer()
        #expect(answer.field("connection") == "close")
        #expect(try await client.isAtEnd())
      }
    }
  }

  @Test("refusals of unauthenticated callers are bounded in the log, and counted")
  func quota() async throws {
    try await TestStage.run { stage in
      try await stage.connect { client in
        for _ in 0..<80 {
          try await client.send(head: "GET /hops HTTP/1.1\nHost: orders.example")
          #expect(try await client.answer().status == 401)
        }
      }
      let events = try await stage.events()
      #expect(events.count { $0.type == .requestRefused } == 50)
      let summary = try #require(events.last)
      #expect(summary.type == .limitExceeded)
      #expect(summary.subject?.change.hasPrefix("30 ") == true)
    }
  }
}
