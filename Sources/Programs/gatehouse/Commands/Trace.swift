import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient
import StrictJSON

struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Tell the story of a credential: evidence, credential, requests, revocation.")

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
    let trace = try await self.connection.withClient { try await $0.trace(self.id) }
    switch self.output {
    case .json: Terminal.write(JSONText.text(.object(trace)))
    case .text: Terminal.write(TraceStory(trace).text)
    }
  }
}
