import HTTPMessages
import Inspection
import Testing

@Suite("A refusal")
struct RefusalTests {
  @Test(
    "of the last stage says in Proxy-Status what failed",
    arguments: [
      (Refusal.unrecordable, ProxyErrorType.proxyInternalError),
      (.noCapacity, .connectionLimitReached), (.unreachable, .destinationUnavailable),
      (.unresolved, .dnsError), (.broken, .httpProtocolError), (.timeout, .httpResponseTimeout),
    ])
  func forward(_ refusal: Refusal, _ error: ProxyErrorType) {
    #expect(refusal.stage == .forward)
    #expect(refusal.proxyError == error)
  }

  @Test("of a stage before says whether the request was malformed or denied")
  func inspection() {
    #expect(Refusal.headTimeout.proxyError == .httpRequestError)
    #expect(Refusal.requestsUnderWay.proxyError == .httpRequestDenied)
    #expect(Refusal.bodyTooLarge.proxyError == .httpRequestDenied)
  }
}
