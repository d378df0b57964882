import ArgumentParser
import Glibc

/// The command line of Gatehouse. The tree of commands is the tree of folders below `Commands`.
@main
struct Gatehouse: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gatehouse",
    abstract: "Gives machines an identity and checks what they do with it.",
    discussion: """
      Commands take their connection from flags, else from the environment variables that a \
      `dev.env` file holds, else from `.gatehouse/dev.env`.
      """,
    version: "0.1.0",
    subcommands: [
      DemoCommand.self, DevCommand.self, ApplyCommand.self, GetCommand.self, DeleteCommand.self,
      TokenCommand.self, DPoPProofCommand.self, SVIDCommand.self, RevokeCommand.self, RestoreCommand.self,
      TraceCommand.self, AuditCommand.self, PolicyCommand.self, ReachCommand.self,
      PostureCommand.self, StatusCommand.self,
    ])

  /// Processes of a later version, which documents already name.
  private static let later: Set<String> = ["server", "agent"]

  static func main() async {
    if let name = CommandLine.arguments.dropFirst().first, Self.later.contains(name) {
      let line = "`gatehouse \(name)` is not in this version: `gatehouse dev` runs all of it"
      Glibc.exit(Outcome.misused(line).report())
    }
    do {
      var command = try Self.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      Glibc.exit(Outcome(of: error).report())
    }
  }
}
