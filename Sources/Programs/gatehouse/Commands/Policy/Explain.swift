import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient
import StrictJSON

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say why a request or a credential was granted or refused, and what would differ.")

  @Argument(help: "A request id, trace id, jti, serial or digest.")
  var id: String

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print.")
  var output = StoryFormat.text

  @OptionGroup var connection: AdminOptions

  func validate() throws {
    guard MessageLimits.isQuery(self.id) else {
      throw ValidationError(
        "expected a request id, trace id, jti, serial or digest: at most "
          + "\(MessageLimits.queryBytes) letters, digits, `-`, `_` and `.`, never a credential")
    }
  }

  func run() async throws {
    let json = try await self.connection.withClient {
      try await $0.policyExplanation(self.id)
    }
    switch self.output {
    case .json: Terminal.write(JSONText.text(.object(json)))
    case .text: for line in ExplanationText(json).lines { Terminal.write(line) }
    }
  }
}
