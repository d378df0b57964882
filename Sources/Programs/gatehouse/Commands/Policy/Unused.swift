import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient
import StrictJSON

struct UnusedPoliciesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unused", abstract: "List the policies that made no decision.")

  @OptionGroup var since: SinceOption

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print.")
  var output = StoryFormat.text

  @OptionGroup var connection: AdminOptions

  func run() async throws {
    let message = ReviewMessage(since: self.since.moment(now: SystemClock().now()))
    let json = try await self.connection.withClient {
      try await $0.review(AdminPath.policyUnused, message)
    }
    switch self.output {
    case .json: Terminal.write(JSONText.text(.object(json)))
    case .text: for line in ReviewText.unused(json) { Terminal.write(line) }
    }
  }
}
