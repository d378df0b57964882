import ArgumentParser
import Glibc

/// The policy enforcement point, an executable of its own that can issue nothing.
@main
struct GatewayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gatehouse-gateway",
    abstract: "Inspects every request and forwards those that may go through.")

  @Option(help: "The configuration file (YAML).")
  var config: String

  @Flag(help: "Read the configuration, say what is wrong with it, and exit.")
  var check = false

  static func main() async {
    do {
      var command = try Self.parse()
      try await command.run()
    } catch let error where Self.exitCode(for: error) == .success {
      Self.exit(withError: error)
    } catch let error where Self.exitCode(for: error) == .validationFailure {
      Self.say(Self.message(for: error))
      Glibc.exit(2)
    } catch let problems as ConfigurationProblems {
      for line in problems.lines { Self.say(line) }
      Glibc.exit(1)
    } catch {
      Self.say("\(error)")
      Glibc.exit(1)
    }
  }

  mutating func run() async throws {
    let configuration = try GatewayConfiguration(file: self.config)
    let key = try LogKey(configuration.log.keyFile)
    if self.check { return try self.check(configuration, key) }
    try await GatewayProgram(configuration: configuration, file: self.config, logKey: key).run()
  }

  /// Says what is wrong with everything that the configuration names, without starting.
  private func check(_ configuration: GatewayConfiguration, _ key: LogKey) throws {
    var problems = ConfigurationProblems()
    _ = problems.attempt { try key.existing() }
    problems.attempt { try configuration.listener.check() }
    var warnings = configuration.observation.warnings
    if case .standalone = configuration.mode {
      warnings += problems.attempt { try StandaloneFiles(self.config).read().warnings } ?? []
    }
    try problems.throwAny()
    for line in warnings { StandardError.write("warning: \(line)") }
    print("gatehouse-gateway: \(self.config) can be used")
  }

  private static func say(_ text: String) {
    let line = text.split(separator: "\n").first.map(String.init) ?? text
    StandardError.write(line)
  }
}
