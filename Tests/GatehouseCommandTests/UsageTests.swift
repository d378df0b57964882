import ArgumentParser
import Testing

@testable import gatehouse

@Suite("Usage of the command line")
struct UsageTests {
  private static func outcome(_ line: String, runs: Bool = false) -> Outcome? {
    do {
      var command = try Gatehouse.parseAsRoot(line.split(separator: " ").map(String.init))
      if runs { try command.run() }
      return nil
    } catch {
      return Outcome(of: error)
    }
  }

  @Test(
    "these are understood",
    arguments: [
      "apply -f a -f b --dry-run --prune", "get workload", "get Workloads checkout -o json",
      "get policies -o yaml", "delete service orders", "token --audience https://a",
      "token --audience https://a --scope b --scope c --spiffe-id spiffe://example.org/a",
      "svid fetch", "svid fetch --write d --watch", "restore --workload spiffe://example.org/a",
      "revoke --credential abc --reason x", "revoke --workload spiffe://example.org/a --reason x",
      "revoke --node n --reason x", "revoke --key k --reason x", "trace abc", "trace abc -o json",
      "revoke --issued-before 2026-01-31T12:00:00Z --reason x", "audit verify", "status -o json",
      "audit verify --log d --checkpoint f", "status --admin-socket /a",
    ])
  func valid(line: String) {
    #expect(Self.outcome(line) == nil)
  }

  @Test(
    "these are wrong usage",
    arguments: [
      "nope", "apply", "apply --file", "get", "get gateways", "get workload a b",
      "get workload -o xml", "delete workload", "token", "token --audience a --scope",
      "token --audience a --spiffe-id http://a", "svid fetch --watch", "revoke --reason x",
      "revoke --key k", "revoke --key k --node n --reason x",
      "revoke --workload nobody --reason x", "revoke --issued-before yesterday --reason x",
      "revoke --credential a/b --reason x", "restore", "restore --workload a", "trace",
      "trace a/b", "audit verify extra", "status -o yaml",
    ])
  func invalid(line: String) {
    guard case .misused = Self.outcome(line) else {
      Issue.record("\(line) is understood")
      return
    }
  }

  @Test("a credential in the place of an id is not repeated")
  func secrets() {
    let token = String(repeating: "m4rk", count: 60)
    for line in ["trace \(token)", "revoke --credential \(token) --reason x"] {
      guard case .misused(let message) = Self.outcome(line) else {
        Issue.record("it is understood")
        continue
      }
      #expect(!message.contains("m4rk"))
    }
  }

  @Test("help is an answer")
  func help() {
    guard case .answered(let text) = Self.outcome("revoke --help", runs: true) else {
      Issue.record("there is no help")
      return
    }
    #expect(text.contains("--issued-before"))
  }
}
