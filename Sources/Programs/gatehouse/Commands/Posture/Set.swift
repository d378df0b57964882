import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient

struct SetPostureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Report facts about a workload's condition, for policies to read.",
    discussion: """
      Policies find each fact in `context.posture` with its value and its age in seconds. Of two \
      reports of one fact the newer observation counts.
      """)

  @Argument(help: "The workload's SPIFFE ID.")
  var workload: String

  @Argument(help: ArgumentHelp("Facts, such as diskEncryption=on.", valueName: "name=value"))
  var facts: [String] = []

  @Option(help: ArgumentHelp("A fact that is no longer known.", valueName: "name"))
  var remove: [String] = []

  @Option(help: ArgumentHelp("When it was observed; now, if left out.", valueName: "time"))
  var observedAt: String?

  @OptionGroup var connection: AdminOptions

  func validate() throws {
    try Subject.check(spiffeID: self.workload)
    if let observedAt { try Subject.check(time: observedAt) }
    guard self.facts.allSatisfy({ $0.contains("=") && !$0.hasPrefix("=") }) else {
      throw ValidationError("expected facts as name=value")
    }
    let names = self.pairs.map(\.name) + self.remove
    guard !names.isEmpty else { throw ValidationError("expected a fact, or --remove") }
    guard Set(names).count == names.count else {
      throw ValidationError("a fact stands twice")
    }
  }

  func run() async throws {
    var facts: [String: String?] = [:]
    for (name, value) in self.pairs { facts[name] = .some(value) }
    for name in self.remove { facts[name] = .some(nil) }
    let message = PostureMessage(
      workload: self.workload, facts: facts, observedAt: self.observedAt)
    let reply = try await self.connection.withClient { try await $0.report(message) }
    for line in ChangeText.lines(reply) { Terminal.write(line) }
  }

  private var pairs: [(name: String, value: String)] {
    self.facts.compactMap { fact in
      guard let sign = fact.firstIndex(of: "=") else { return nil }
      return (String(fact[..<sign]), String(fact[fact.index(after: sign)...]))
    }
  }
}
