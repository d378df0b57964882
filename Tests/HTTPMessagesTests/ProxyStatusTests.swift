import HTTPMessages
import Testing

@Suite("Proxy-Status")
struct ProxyStatusTests {
  @Test("says who, what and why")
  func whole() {
    let status = ProxyStatus(
      proxy: "gatehouse", error: .connectionTimeout, nextHop: "10.0.0.1:9001",
      nextProtocol: "http/1.1", receivedStatus: HTTPStatus(code: 503), details: "no endpoint")
    #expect(
      status.fieldValue
        == "gatehouse; error=connection_timeout; next-hop=\"10.0.0.1:9001\"; "
        + "next-protocol=http/1.1; received-status=503; details=\"no endpoint\"")
  }

  @Test("can say nothing but who")
  func alone() { #expect(ProxyStatus(proxy: "gatehouse").fieldValue == "gatehouse") }

  @Test(
    "puts names that are no token in quotes",
    arguments: [
      ("a b", "\"a b\""), ("1st", "\"1st\""), ("", "\"\""), ("*x", "*x"), ("g,h", "\"g,h\""),
    ])
  func names(name: String, written: String) {
    #expect(ProxyStatus(proxy: name).fieldValue == written)
  }

  @Test("cannot be broken by what it tells")
  func hostileDetails() {
    let status = ProxyStatus(proxy: "g", details: "a\"; error=x\\\r\nx: y é")
    #expect(status.fieldValue == "g; details=\"a\\\"; error=x\\\\??x: y ??\"")
  }

  @Test("has all errors that the RFC registers")
  func errors() {
    #expect(ProxyErrorType.allCases.count == 32)
  }
}
