import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient
import StrictJSON

struct SuggestPoliciesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suggest",
    abstract: "Write policies that permit exactly what was used, ready to review.",
    discussion: "Nothing is applied: keep the output in a .cedar file, read it, and replay it.")

  @OptionGroup var since: SinceOption

  @Option(help: ArgumentHelp("Only what this workload used.", valueName: "spiffe-id"))
  var workload: String?

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print.")
  var output = StoryFormat.text

  @OptionGroup var connection: AdminOptions

  func validate() throws {
    if let workload { try Subject.check(spiffeID: workload) }
  }

  func run() async throws {
    let message = ReviewMessage(
      since: self.since.moment(now: SystemClock().now()), workload: self.workload)
    let json = try await self.connection.withClient {
      try await $0.review(AdminPath.policySuggestions, message)
    }
    switch self.output {
    case .json: Terminal.write(JSONText.text(.object(json)))
    case .text: for line in ReviewText.suggestions(json) { Terminal.write(line) }
    }
  }
}
