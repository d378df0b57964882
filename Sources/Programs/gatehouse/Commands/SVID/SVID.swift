import ArgumentParser

struct SVIDCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "svid", abstract: "X.509-SVIDs of this process.",
    subcommands: [SVIDFetchCommand.self])
}
