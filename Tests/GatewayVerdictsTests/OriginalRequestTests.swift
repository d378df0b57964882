import HTTPMessages
import Testing

@testable import GatewayVerdicts

@Suite("The head of a request that another proxy told of")
struct OriginalRequestTests {
  private func original(
    method: String = "GET", target: String = "/orders/1?x=1", host: String = "orders.example",
    _ fields: [(String, String)] = []
  ) -> OriginalRequest {
    OriginalRequest(
      method: Array(method.utf8), target: Array(target.utf8), host: Array(host.utf8),
      fields: fields.map { (Array($0.0.utf8), Array($0.1.utf8)) }, source: "192.0.2.1")
  }

  @Test("pieces become the head that a client would have sent")
  func whole() throws {
    let head = try self.original(method: "PUT", [("content-length", "5"), ("a", "b")])
      .head(limits: MessageLimits())
    #expect(head.method == .put)
    #expect((head.target.path, head.target.query) == ("/orders/1", "x=1"))
    #expect(head.authority.host == "orders.example")
    #expect(head.framing == .contentLength(5))
    #expect(head.fields.first(named: "a")?.text == "b")
  }

  @Test(
    "nothing in a piece reaches beyond its place",
    arguments: [
      ("GET /admin HTTP/1.1\r\nx: y\r\n\r\nGET", "/orders/1", "orders.example", "v"),
      ("GET", "/orders/1 HTTP/1.1\r\nhost: other.example\r\n\r\n", "orders.example", "v"),
      ("GET", "/orders/1 ", "orders.example", "v"),
      ("GET", "/orders/1\t", "orders.example", "v"),
      ("GET", "", "orders.example", "v"),
      ("", "/orders/1", "orders.example", "v"),
      ("GET", "/orders/1", "orders.example\r\nauthorization: Bearer x", "v"),
      ("GET", "/orders/1", "orders.example,other.example", "v"),
      ("GET", "/orders/1", "", "v"),
      ("GET", "/orders/1", "orders.example", "v\r\nauthorization: Bearer x"),
      ("GET", "/orders/1", "orders.example", "v\0"),
    ])
  func injection(_ pieces: (String, String, String, String)) {
    let original = self.original(
      method: pieces.0, target: pieces.1, host: pieces.2, [("x", pieces.3)])
    #expect(throws: RequestRefusal.self) { try original.head(limits: MessageLimits()) }
  }

  @Test(
    "names that are none, second hosts and odd framing are refused as they are from clients",
    arguments: [
      [("a b", "v")], [("a:b", "v")], [("", "v")], [("x\r\ny", "v")], [("host", "other.example")],
      [("content-length", "5"), ("content-length", "6")],
      [("content-length", "5"), ("transfer-encoding", "chunked")],
      [("transfer-encoding", "xchunked")], [("content-length", "5,5")],
    ])
  func fields(_ fields: [(String, String)]) {
    #expect(throws: RequestRefusal.self) {
      try self.original(fields).head(limits: MessageLimits())
    }
  }

  @Test("the limits of clients' heads hold")
  func limits() {
    #expect(throws: RequestRefusal.requestLineTooLong) {
      try self.original(target: "/" + String(repeating: "a", count: 100_000))
        .head(limits: MessageLimits())
    }
    #expect(throws: RequestRefusal.fieldsTooLarge) {
      try self.original([("a", String(repeating: "a", count: 1_000_000))])
        .head(limits: MessageLimits())
    }
  }
}
