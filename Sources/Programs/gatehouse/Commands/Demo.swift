import ArgumentParser

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show the whole story on this machine, in a temporary folder.",
    discussion: """
      Starts everything on an embedded database, attests a workload process, exchanges its identity \
      for a scoped token, sends requests through the gateway, revokes the workload, tells the story \
      of the allowed request and verifies the logs. Every line comes from what happened; the exit \
      code is 0 only if all of it did.
      """)

  @Flag(help: "Leave the temporary folder where it is.")
  var keep = false

  func run() async throws {
    let stage = try DemoStage.make()
    defer { if !self.keep { stage.remove() } }
    try await DemoService.serving { port in
      try stage.writeManifests(upstreamPort: port)
      try await stage.withDev { environment in
        try await DemoStory(stage: stage, environment: environment).tell()
      }
    }
    try await DemoLogs(stage: stage).verify()
    if self.keep { Terminal.write("\nThe state is left in \(stage.folder)") }
    Terminal.write("\nAll of it happened as it should.")
  }
}
