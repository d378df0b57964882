import ArgumentParser
import ControlPlaneClient

struct PolicySchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the Cedar schema of this installation: what policies may speak of.")

  @OptionGroup var connection: AdminOptions

  func run() async throws {
    let schema = try await self.connection.withClient { try await $0.policySchema() }
    for line in schema.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      Terminal.write(Terminal.plain(String(line)))
    }
  }
}
