import Audit
import Authorization
import CedarPolicy
import Credentials
import EventIndex
import StrictJSON

/// Writes the policies that permit exactly what workloads used, and nothing else.
struct Suggestions {
  /// What one workload used of one service.
  private struct Use {
    var operations: Set<String> = []
    var calls: Int64 = 0
    /// The scopes of its tokens; nil where it never had one.
    var scopes: Set<String>?

    mutating func note(_ operation: String) {
      self.operations.insert(operation)
      self.calls += 1
    }

    mutating func note(scopes: [String]) {
      self.scopes = (self.scopes ?? []).union(scopes)
    }
  }

  private let only: String?
  private var uses: [String?: [String: Use]] = [:]

  static func make(
    _ index: any EventIndex, since: Instant?, for workload: String?
  ) async throws -> JSONObject {
    var suggestions = Suggestions(only: workload)
    let scan = EventScan(
      index: index, types: [.requestAllowed, .credentialIssued], since: since)
    let (examined, isComplete) = try await scan.visit { suggestions.add($0) }
    return [
      "since": since.map { .string($0.description) } ?? .null,
      "policies": .array(try suggestions.json()), "examined": .integer(Int64(examined)),
      "isComplete": .bool(isComplete),
    ]
  }

  private init(only: String?) {
    self.only = only
  }

  /// What was let pass counts, also where the service is in shadow and a policy denied it.
  private mutating func add(_ event: AuditEvent) {
    guard self.only == nil || event.workload == self.only else { return }
    switch event.type {
    case .requestAllowed:
      guard let service = event.request?.service, let operation = event.request?.operation else {
        return
      }
      self.uses[event.workload, default: [:]][service, default: Use()].note(operation)
    case .credentialIssued:
      guard let service = event.issue?.service else { return }
      self.uses[event.workload, default: [:]][service, default: Use()]
        .note(scopes: event.issue?.scopes ?? [])
    default: return
    }
  }

  private func json() throws -> [JSONValue] {
    try self.uses.sorted { ($0.key ?? "") < ($1.key ?? "") }.map { workload, services in
      .object([
        "workload": workload.map(JSONValue.string) ?? .null,
        "name": .string(Self.name(of: workload)),
        "text": .string(try Self.text(workload, services)),
      ])
    }
  }

  /// A file's name that says for whom.
  private static func name(of workload: String?) -> String {
    guard let workload else { return "suggested-anonymous" }
    let path = workload.drop { $0 != "/" }.dropFirst(2).drop { $0 != "/" }
    let letters = path.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return "suggested" + String(letters)
  }

  private static func text(
    _ workload: String?, _ services: [String: Use]
  ) throws -> String {
    let principal = try workload.map(Vocabulary.workload) ?? Vocabulary.anonymous()
    var blocks = ["// What \(workload ?? "callers without a credential") used."]
    for (service, use) in services.sorted(by: { $0.key < $1.key }) {
      if let scopes = use.scopes { blocks.append(try Self.tokens(principal, service, scopes)) }
      if !use.operations.isEmpty { blocks.append(try Self.calls(principal, service, use)) }
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func tokens(
    _ principal: EntityUID, _ service: String, _ scopes: Set<String>
  ) throws -> String {
    let list = scopes.sorted().map(Self.literal).joined(separator: ", ")
    let condition =
      scopes.isEmpty ? "context.scopes.isEmpty()" : "[\(list)].containsAll(context.scopes)"
    return """
      @id(\(Self.literal("tokens-\(service)")))
      permit (
        principal == \(principal),
        action == \(try Vocabulary.action("issue")),
        resource == \(try Vocabulary.service(service))
      )
      when { \(condition) };
      """
  }

  private static func calls(
    _ principal: EntityUID, _ service: String, _ use: Use
  ) throws -> String {
    let operations = try use.operations.sorted()
      .map { "  \(try Vocabulary.operation($0, of: service))" }.joined(separator: ",\n")
    return """
      // \(use.calls) calls
      @id(\(Self.literal("calls-\(service)")))
      permit (
        principal == \(principal),
        action == \(try Vocabulary.action("call")),
        resource in \(try Vocabulary.service(service))
      )
      when { resource in [
      \(operations)
      ] };
      """
  }

  private static func literal(_ text: String) -> String {
    CedarValue.string(text).description
  }
}
