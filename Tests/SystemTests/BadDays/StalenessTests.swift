import Glibc
import Testing

extension SystemTests {
  @Suite("A gateway without its server")
  struct StalenessTests {
    @Test(
      "goes on with what it knows, then answers 503, and recovers by itself",
      .enabled(if: Environment.isContinuousIntegration, "takes half a minute: set CI=true"))
    func staleness() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let token = try await dev.token()
          #expect(try await dev.call(token: token).status == 200)
          dev.process.signal(SIGSTOP)
          defer { dev.process.signal(SIGCONT) }
          #expect(try await dev.call(token: token).status == 200)
          let stale = try await Waiting.value(of: "an answer that is not 200") {
            let answer = try await dev.call(token: token)
            return answer.status == 200 ? nil : answer
          }
          #expect(stale.status == 503)
          #expect(stale.problem == "credential/state-stale")
          #expect(stale["retry-after"] != nil)
          #expect(stale["www-authenticate"] == nil)
          dev.process.signal(SIGCONT)
          try await Waiting.until("the gateway to have heard again") {
            try await dev.call(token: token).status == 200
          }
        }
      }
    }

    @Test("a gateway that is killed is started again and goes on with its log")
    func killedGateway() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let token = try await dev.token()
          #expect(try await dev.call(token: token).status == 200)
          for signal in [SIGKILL, SIGTERM, SIGKILL] {
            let first = try #require(dev.gatewayPID)
            kill(first, signal)
            try await Waiting.until("another gateway that answers") {
              guard let second = dev.gatewayPID, second != first else { return false }
              return (try? await dev.call(token: token).status) == 200
            }
          }
          let fresh = try await dev.token()
          let answer = try await dev.call(token: fresh)
          #expect(answer.status == 200)
          let trace = try await dev.trace(answer.requestID)
          #expect(trace["requests"]?.elements.count == 1)
          // Revoking reaches the new one, and waits for no ghost of the old one.
          try await dev.cli.done("revoke", "--workload", Shop.checkout, "--reason", "a test")
          #expect(try await dev.call(token: fresh).status == 401)
        }
        try await CLI(sandbox: sandbox).done("audit", "verify")
      }
    }
  }
}
