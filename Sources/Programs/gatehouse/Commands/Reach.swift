import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient
import StrictJSON

struct ReachCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reach",
    abstract: "List every service and operation that policies let a workload call.",
    discussion: """
      `always` does not depend on the request; `depends` does, and the conditions are printed. \
      TOKEN says the same of an access token for the service.
      """)

  @Argument(help: "The workload's SPIFFE ID.")
  var workload: String

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print.")
  var output = StoryFormat.text

  @OptionGroup var connection: AdminOptions

  func validate() throws {
    try Subject.check(spiffeID: self.workload)
  }

  func run() async throws {
    let json = try await self.connection.withClient {
      try await $0.review(AdminPath.policyReach, ReviewMessage(workload: self.workload))
    }
    switch self.output {
    case .json: Terminal.write(JSONText.text(.object(json)))
    case .text: for line in ReachText.table(json) { Terminal.write(line) }
    }
  }
}
