import ArgumentParser
import Authorization
import CedarPolicy
import ManifestFiles
import StrictJSON

struct CheckPolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check policies without a server: syntax, schema, and what is probably not meant.",
    discussion: """
      Reads files and folders as `apply` does. With Services among them, the parameters that \
      policies may name are those of their contracts; without, those that the policies name. \
      Exits 1 if there is an error.
      """)

  @Argument(help: "Files and folders.", completion: .file())
  var paths: [String]

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print.")
  var output = StoryFormat.text

  func run() throws {
    let findings = try self.findings()
    switch self.output {
    case .json:
      Terminal.write(
        JSONText.text(.object(["findings": .array(findings.map { .object($0.json) })])))
    case .text:
      for finding in findings { Terminal.write(Terminal.plain(finding.line)) }
      if findings.isEmpty { Terminal.write("nothing to say about these policies") }
    }
    guard findings.allSatisfy({ $0.severity != .error }) else { throw ExitCode(1) }
  }

  private func findings() throws -> [PlacedFinding] {
    do {
      let manifests = try ManifestSet(reading: self.paths)
      guard !manifests.policies.isEmpty else {
        throw CommandFailure("there is no .cedar file among these paths")
      }
      let problems = manifests.problems(trustDomain: nil)
      guard problems.isEmpty else { throw InvalidManifests(problems) }
      return try PolicyCheck(manifests).findings()
    } catch let invalid as InvalidManifests {
      throw CommandFailure(lines: invalid.problems.map(\.description))
    }
  }
}

/// A finding with the file as it was named on the command line.
struct PlacedFinding {
  let severity: PolicyFinding.Severity
  let path: String
  let finding: PolicyFinding

  var line: String {
    let advice = self.finding.hint.map { " (\($0))" } ?? ""
    return "\(self.path):\(self.finding.location): \(self.severity.rawValue): "
      + "\(self.finding.message)\(advice)"
  }

  var json: JSONObject {
    [
      "file": .string(self.path), "line": .integer(Int64(self.finding.line)),
      "column": .integer(Int64(self.finding.column)),
      "severity": .string(self.severity.rawValue), "policy": .string(self.finding.policyID),
      "message": .string(self.finding.message),
      "hint": self.finding.hint.map(JSONValue.string) ?? .null,
    ]
  }
}
