import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Check policies, explain decisions, try policies out.",
    subcommands: [
      CheckPolicyCommand.self, AuthorizeCommand.self, ExplainCommand.self, ReplayCommand.self,
      ShadowReportCommand.self, UnusedPoliciesCommand.self, SuggestPoliciesCommand.self,
      PolicySchemaCommand.self,
    ])
}
