import CedarPolicy
import Foundation

/// The peer process that answers cases with cedarpy.
///
/// Its Python is `GATEHOUSE_PYTHON`, or that of the environment for tests below `.build`.
enum ReferenceEngine {
  struct Failure: Error {
    let status: Int32
    let answers: Int
  }

  struct Answer: Decodable {
    struct Response: Decodable {
      let decision: String
      let reasons: [String]
      let errors: [String]
    }

    let failure: String?
    let responses: [Response]?
    /// Whether each of the texts that were asked about is taken.
    let taken: [Bool]?
    /// The policies that the schema refuses, and why; nil if the schema itself is refused.
    let invalid: [String: String]?
    /// Whether the entities fit the schema.
    let isConforming: Bool?
    /// The JSON of policies.
    let json: String?
  }

  static let isAvailable: Bool = {
    guard FileManager.default.isExecutableFile(atPath: python) else { return false }
    let process = Self.process(["-c", "import cedarpy"])
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      return false
    }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// Answers cases, each a line of JSON, with one answer each. Files between the processes let
  /// either side be as far ahead as it likes; `meanwhile` runs while the peer works.
  static func answers(to cases: [String], meanwhile: () -> Void = {}) throws -> [Answer] {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "cedar-differential-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appending(path: "cases"), folder.appending(path: "answers"))
    try Data((cases.joined(separator: "\n") + "\n").utf8).write(to: input)
    try Data().write(to: output)
    let peer = process([script.path])
    peer.standardInput = try FileHandle(forReadingFrom: input)
    peer.standardOutput = try FileHandle(forWritingTo: output)
    try peer.run()
    meanwhile()
    peer.waitUntilExit()
    let answers = try Data(contentsOf: output).split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(Answer.self, from: $0) }
    guard peer.terminationStatus == 0, answers.count == cases.count else {
      throw Failure(status: peer.terminationStatus, answers: answers.count)
    }
    return answers
  }

  private static let script = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "reference.py")

  private static let python: String = {
    if let path = ProcessInfo.processInfo.environment["GATEHOUSE_PYTHON"] { return path }
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return package.appending(path: ".build/venv/bin/python").path
  }()

  private static func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = arguments
    return process
  }
}

extension DifferentialCase {
  /// The case as the peer reads it.
  var json: String { json(policies: policyText) }

  /// The case with other texts for its policies.
  func json(policies: String) -> String {
    jsonObject(
      [("policies", jsonLiteral(policies)), ("links", jsonArray(links.map(\.json)))] + questions)
  }

  /// The case with JSON for its policies and links.
  func json(est: String) -> String {
    jsonObject([("est", jsonLiteral(est))] + questions)
  }

  private var questions: [(String, String)] {
    [
      ("entities", jsonLiteral(jsonArray(entities.map(\.json)))),
      ("requests", jsonArray(requests.map(\.json))),
    ]
  }
}

extension DifferentialCase.Link {
  fileprivate var json: String {
    jsonObject([
      ("template_id", jsonLiteral(template)), ("new_id", jsonLiteral(id)),
      ("values", jsonObject(values.map { ($0.key.rawValue, $0.value.json) })),
    ])
  }
}

extension DifferentialCase.GeneratedRequest {
  var json: String {
    json(context: jsonObject(context.map { ($0.name, $0.value.json) }))
  }

  func json(context: String) -> String {
    jsonObject([
      ("principal", principal.json), ("action", action.json), ("resource", resource.json),
      // The peer wants the context as a text of JSON.
      ("context", jsonLiteral(context)),
    ])
  }
}
