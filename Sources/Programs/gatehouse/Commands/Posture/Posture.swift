import ArgumentParser

struct PostureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "posture", abstract: "Say in which condition a workload is.",
    subcommands: [SetPostureCommand.self])
}
