import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient
import StrictJSON

struct ShadowReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shadow-report",
    abstract: "Sum up what the policies in shadow would have changed.")

  @OptionGroup var since: SinceOption

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print.")
  var output = StoryFormat.text

  @OptionGroup var connection: AdminOptions

  func run() async throws {
    let message = ReviewMessage(since: self.since.moment(now: SystemClock().now()))
    let json = try await self.connection.withClient {
      try await $0.review(AdminPath.policyShadowReports, message)
    }
    switch self.output {
    case .json: Terminal.write(JSONText.text(.object(json)))
    case .text: for line in ReviewText.shadow(json) { Terminal.write(line) }
    }
  }
}
