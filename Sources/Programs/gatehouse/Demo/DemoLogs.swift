/// Verifies what the demo left in the logs, offline and after everything has stopped.
struct DemoLogs: Sendable {
  let stage: DemoStage

  func verify() async throws {
    Terminal.write("\nThe audit logs, verified offline: gatehouse audit verify")
    for name in ["server", "gateway"] {
      let result = try await self.stage.command(
        ["audit", "verify", "--log", "\(self.stage.state)/log/\(name)"], environment: nil
      ).required("`gatehouse audit verify`")
      for line in result.line.split(separator: "\n") { Terminal.write("  \(line)") }
    }
  }
}
