import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient

struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete a workload, service or policy. Deleting a workload revokes it.")

  @Argument(help: "workload, service or policy.")
  var kind: RecordKind

  @Argument(help: "The name in the manifest, or of the policy's file without .cedar.")
  var name: String

  @OptionGroup var connection: AdminOptions

  func run() async throws {
    let reply = try await self.connection.withClient {
      try await $0.delete(kind: self.kind.rawValue, name: self.name)
    }
    for line in ChangeText.lines(reply) { Terminal.write(line) }
  }
}
