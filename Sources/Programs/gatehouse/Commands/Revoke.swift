import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient

struct RevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Refuse what was issued up to now.",
    discussion: """
      Returns once every connected gateway refuses, and exits 1 if one has not said so. A revoked \
      workload gets nothing more until `gatehouse restore`.
      """)

  @Option(help: ArgumentHelp("One credential by its id.", valueName: "id"))
  var credential: String?

  @Option(help: ArgumentHelp("Everything of a workload.", valueName: "spiffe-id"))
  var workload: String?

  @Option(help: ArgumentHelp("Everything issued through a node.", valueName: "id"))
  var node: String?

  @Option(help: ArgumentHelp("Everything that a key signed.", valueName: "kid"))
  var key: String?

  @Option(help: ArgumentHelp("Everything issued up to a time.", valueName: "time"))
  var issuedBefore: String?

  @Option(help: ArgumentHelp("Why; it is recorded.", valueName: "text"))
  var reason: String

  @OptionGroup var connection: AdminOptions

  func validate() throws {
    guard self.subjects.count == 1 else {
      throw ValidationError(
        "expected exactly one of --credential, --workload, --node, --key, --issued-before")
    }
    guard !self.reason.isEmpty, self.reason.utf8.count <= MessageLimits.reasonBytes else {
      throw ValidationError("expected 1 to \(MessageLimits.reasonBytes) bytes after --reason")
    }
    if let credential { try Subject.check(credential: credential) }
    if let workload { try Subject.check(spiffeID: workload) }
    if let issuedBefore { try Subject.check(time: issuedBefore) }
  }

  func run() async throws {
    guard let (target, subject) = self.subjects.first else { return }
    let reply = try await self.connection.withClient {
      try await $0.revoke(
        RevocationMessage(target: target, subject: subject, reason: self.reason))
    }
    for line in Self.lines(reply) { Terminal.write(Terminal.plain(line)) }
    guard reply.gateways.missing.isEmpty else {
      throw CommandFailure(
        lines: reply.gateways.missing.map {
          "gateway \($0) has not acknowledged and may still accept: see `gatehouse status`, "
            + "and stop it if it does not come back"
        })
    }
  }

  private var subjects: [(RevocationMessage.Target, String)] {
    [
      (.credential, self.credential), (.workload, self.workload), (.node, self.node),
      (.key, self.key), (.issuedBefore, self.issuedBefore),
    ].compactMap { target, subject in subject.map { (target, $0) } }
  }

  private static func lines(_ reply: RevocationReply) -> [String] {
    var lines = ["revocation \(reply.id) at \(reply.time)"]
    lines.append(contentsOf: reply.credentials.map { "  credential \($0)" })
    lines.append(contentsOf: reply.gateways.acknowledged.map { "  acknowledged by gateway \($0)" })
    if reply.gateways.acknowledged.isEmpty, reply.gateways.missing.isEmpty {
      lines.append("  no gateway is connected")
    }
    return lines
  }
}
