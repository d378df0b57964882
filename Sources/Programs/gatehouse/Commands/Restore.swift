import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient
import SPIFFE

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Lift the suspension of a workload. What was revoked stays refused.")

  @Option(help: ArgumentHelp("The workload's SPIFFE ID.", valueName: "spiffe-id"))
  var workload: String

  @OptionGroup var connection: AdminOptions

  func validate() throws {
    try Subject.check(spiffeID: self.workload)
  }

  func run() async throws {
    let reply = try await self.connection.withClient {
      try await $0.restore(RestorationMessage(workload: self.workload))
    }
    for line in ChangeText.lines(reply) { Terminal.write(line) }
  }
}
