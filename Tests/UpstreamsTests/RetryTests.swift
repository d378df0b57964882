import NIOCore
import Testing

@testable import Upstreams

@Suite struct RetryRuleTests {
  private func attempt(
    _ failure: FailureKind, method: String = "GET", reused: Bool = true, wrote: Bool = true,
    body: Bool = true, response: Bool = false, made: Int = 0
  ) -> RetryRule.Attempt {
    .init(
      failure: failure, method: method, isReusedConnection: reused, wroteRequest: wrote,
      bodyCanBeSentAgain: body, sawResponseBytes: response, retriesMade: made)
  }

  private let rule = RetryRule(maximum: 1)

  @Test(
    "without a connection, any method may go elsewhere",
    arguments: [FailureKind.refused, .connectTimeout, .handshake, .closed])
  func unconnected(failure: FailureKind) {
    for method in ["GET", "POST", "PATCH", "BREW"] {
      #expect(self.rule.allows(self.attempt(failure, method: method, reused: false, wrote: false)))
    }
    let written = self.attempt(failure, method: "POST", reused: false)
    #expect(!self.rule.allows(written), "bytes of it may have reached the service")
  }

  @Test("a kept connection that was closed without an answer allows idempotent methods alone")
  func reused() {
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
      #expect(self.rule.allows(self.attempt(.closed, method: method)))
      #expect(!self.rule.allows(self.attempt(.closed, method: method, reused: false)))
    }
    for method in ["POST", "PATCH", "TRACE", "CONNECT", "get", "", "GET ", "LOCK"] {
      #expect(!self.rule.allows(self.attempt(.closed, method: method)))
    }
  }

  @Test("never after a byte of a response", arguments: FailureKind.allCases)
  func responded(failure: FailureKind) {
    for wrote in [true, false] {
      #expect(!self.rule.allows(self.attempt(failure, wrote: wrote, response: true)))
    }
  }

  @Test("never when the service may be at work on it", arguments: [true, false])
  func atWork(reused: Bool) {
    for failure in [FailureKind.responseTimeout, .malformed, .gatewayStatus] {
      #expect(!self.rule.allows(self.attempt(failure, reused: reused)))
    }
  }

  @Test("never with a body of which something is gone", arguments: FailureKind.allCases)
  func body(failure: FailureKind) {
    for wrote in [true, false] {
      #expect(!self.rule.allows(self.attempt(failure, wrote: wrote, body: false)))
    }
  }

  @Test("not more often than configured")
  func count() {
    #expect(!self.rule.allows(self.attempt(.closed, made: 1)))
    #expect(!RetryRule(maximum: 0).allows(self.attempt(.closed)))
    #expect(RetryRule(maximum: 3).allows(self.attempt(.closed, made: 2)))
    #expect(!RetryRule(maximum: -1).allows(self.attempt(.closed)))
  }
}

@Suite struct RetryBudgetTests {
  private func taken(_ budget: inout RetryBudget, requests: Int, at now: NIODeadline) -> Int {
    (0..<10_000).count { _ in budget.take(requests: requests, at: now) }
  }

  @Test("a few retries are always there, more only for a fifth of the requests")
  func share() {
    var idle = RetryBudget(at: at(0))
    #expect(self.taken(&idle, requests: 4, at: at(1)) == 3)
    var busy = RetryBudget(at: at(0))
    #expect(self.taken(&busy, requests: 1000, at: at(1)) == 200)
  }

  @Test("retries do not earn new ones until the window has passed")
  func windows() {
    var budget = RetryBudget(at: at(0))
    #expect(self.taken(&budget, requests: 1000, at: at(9)) == 200)
    #expect(self.taken(&budget, requests: 1000, at: at(11)) == 0)
    #expect(self.taken(&budget, requests: 2000, at: at(19)) == 200)
  }

  @Test("after a long time without a failure, what counts is how many requests there were lately")
  func afterQuiet() {
    var budget = RetryBudget(at: at(0))
    #expect(self.taken(&budget, requests: 100_000, at: at(1000)) == 200)
  }

  @Test("a count that goes backwards, and a clock that does, allow no more than a few")
  func backwards() {
    var budget = RetryBudget(at: at(100))
    _ = self.taken(&budget, requests: 1000, at: at(130))
    #expect(self.taken(&budget, requests: 0, at: at(200)) <= 3)
    #expect(self.taken(&budget, requests: 0, at: at(0)) == 0)
  }
}
