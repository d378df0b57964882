import ArgumentParser
import ControlPlaneClient
import StrictJSON

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show server, gateways, logs, findings, and everything that is not enforcing.")

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print.")
  var output = StoryFormat.text

  @OptionGroup var connection: AdminOptions

  func run() async throws {
    let status = try await self.connection.withClient { try await $0.status() }
    switch self.output {
    case .json: Terminal.write(JSONText.text(.object(status)))
    case .text: Terminal.write(StatusText.text(status))
    }
  }
}
