import ArgumentParser
import ControlPlaneAPI
import ControlPlaneClient
import Enrollment
import ManifestFiles
import SPIFFE

struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Apply manifests and policies, all or nothing.",
    discussion: """
      Of a folder, .yaml and .yml files are manifests and .cedar files policies; folders within it \
      are read too, by name. A file that a Service names as its contract, or whose top level has \
      `openapi`, is no manifest.
      """)

  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp("A file or a folder.", valueName: "path"), completion: .file())
  var files: [String]

  @Flag(help: "Only say what would change.")
  var dryRun = false

  @Flag(help: "Delete workloads, services and policies that are not among the files.")
  var prune = false

  @OptionGroup var connection: AdminOptions

  func run() async throws {
    let manifests = try self.read()
    let reply = try await self.connection.withClient { client in
      do {
        return try await client.apply(self.message(manifests))
      } catch let failure as RequestFailure {
        throw Self.explain(failure, manifests)
      }
    }
    for line in ChangeText.lines(reply, isDryRun: self.dryRun) { Terminal.write(line) }
  }

  /// Reads the files and finds what needs no server to be wrong.
  private func read() throws -> ManifestSet {
    do {
      let manifests = try ManifestSet(reading: self.files)
      let name = try Settings.current().optionalValue(.trustDomain, flag: nil)
      let trustDomain = name.flatMap { try? TrustDomain(parsing: $0) }
      let problems = manifests.problems(trustDomain: trustDomain)
      guard problems.isEmpty else { throw InvalidManifests(problems) }
      return manifests
    } catch let invalid as InvalidManifests {
      throw CommandFailure(lines: invalid.problems.map(\.description))
    }
  }

  private func message(_ manifests: ManifestSet) -> ChangeMessage {
    ChangeMessage(
      manifests: manifests.documents.map {
        .init(kind: $0.kind.rawValue, name: $0.name, spec: $0.spec, contract: $0.contract)
      }, policies: manifests.policies.map { .init(name: $0.name, text: $0.text) },
      isDryRun: self.dryRun, prunes: self.prune)
  }

  /// Puts the place in the files before each problem that the server found.
  private static func explain(
    _ failure: RequestFailure, _ manifests: ManifestSet
  ) -> CommandFailure {
    let lines = (failure.problem?.faults ?? []).map { fault in
      let place = manifests.location(kind: fault.kind, name: fault.name, field: fault.location)
      let subject = "\(fault.kind) \(fault.name): `\(fault.location)`: \(fault.message)"
      return place.map { "\($0): \(subject)" } ?? subject
    }
    return CommandFailure(lines: lines.isEmpty ? [failure.description] : lines)
  }
}
