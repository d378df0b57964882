import ArgumentParser
import CedarPolicy
import StrictJSON

struct AuthorizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authorize", abstract: "Decide a request by files alone, as Cedar says.",
    discussion: """
      Policies and schema are in Cedar's syntax, or in its JSON format if the file's name ends in \
      .json. Exits 0 for both decisions, 1 if a file cannot be used.
      """)

  @Option(help: ArgumentHelp("Policies.", valueName: "file"), completion: .file())
  var policies: String

  @Option(help: ArgumentHelp("Entities as JSON.", valueName: "file"), completion: .file())
  var entities: String

  @Option(
    help: ArgumentHelp("What all the others must agree with.", valueName: "file"),
    completion: .file())
  var schema: String?

  @Option(
    help: ArgumentHelp(
      "JSON with principal, action, resource and context.", valueName: "file"),
    completion: .file())
  var request: String

  @Option(name: [.customShort("o"), .customLong("output")], help: "How to print.")
  var output = StoryFormat.text

  func run() throws {
    do throws(CedarParseError) {
      self.write(try self.response())
    } catch {
      throw CommandFailure(error.description)
    }
  }

  private func response() throws(CedarParseError) -> Response {
    let schema = try self.readSchema()
    let policies = try self.readPolicies()
    if let schema, let issue = Validator(schema).validate(policies).errors.first {
      throw CedarParseError(
        message: issue.message, span: issue.span, file: issue.source, hint: issue.hint)
    }
    let entities = try Entities(
      json: try InputFile.read(self.entities), schema: schema, source: self.entities)
    let request = try Request(
      json: try InputFile.read(self.request), schema: schema, source: self.request)
    return CompiledPolicies(policies, entities: entities).isAuthorized(request)
  }

  private func readSchema() throws(CedarParseError) -> Schema? {
    guard let path = self.schema else { return nil }
    let text = try InputFile.read(path)
    return path.hasSuffix(".json")
      ? try Schema(json: text, source: path) : try Schema(parsing: text, source: path)
  }

  private func readPolicies() throws(CedarParseError) -> PolicySet {
    let text = try InputFile.read(self.policies)
    guard !self.policies.hasSuffix(".json") else {
      return try PolicySet(json: text, source: self.policies)
    }
    return try PolicySet(parsing: text, source: self.policies) { _, annotations in
      annotations["id"].map { PolicyID($0) }
    }
  }

  private func write(_ response: Response) {
    switch self.output {
    case .json: Terminal.write(JSONText.text(.object(Self.json(response))))
    case .text:
      Terminal.write(response.decision.rawValue)
      for reason in response.reasons { Terminal.write("  by \(Terminal.plain(reason.text))") }
      for error in response.errors { Terminal.write("  skipped \(Terminal.plain("\(error)"))") }
    }
  }

  private static func json(_ response: Response) -> JSONObject {
    [
      "decision": .string(response.decision.rawValue),
      "reasons": .array(response.reasons.map { .string($0.text) }),
      "errors": .array(
        response.errors.map { error in
          .object([
            "policy": .string(error.policyID.text), "message": .string(error.message),
            "line": .integer(Int64(error.failure.span.line)),
            "column": .integer(Int64(error.failure.span.column)),
          ])
        }),
    ]
  }
}
