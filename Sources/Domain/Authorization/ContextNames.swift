import CedarPolicy
import Credentials

/// Finds tests with `has` for what no context ever has: they are always false, whatever was meant.
struct ContextNames {
  private let contexts: [RecordType]

  init(_ schema: Schema) {
    self.contexts = schema.actions.values.map(\.context)
  }

  func findings(in policy: Policy) -> [PolicyFinding] {
    var seen: Set<[String]> = []
    var findings: [PolicyFinding] = []
    // What the parser read is nested no deeper than its limit.
    var open = policy.conditions.reversed().map(\.expression)
    while let expression = open.popLast() {
      if case .has(let record, let names) = expression.kind, let prefix = Self.path(record),
        let found = self.unknown(prefix + names), seen.insert(found.path).inserted
      {
        findings.append(self.finding(found, policy, expression.span))
      }
      open += expression.operands.reversed()
    }
    return findings
  }

  private struct Unknown {
    /// From the context to the name that is not known.
    let path: [String]
    /// What stands beside it.
    let siblings: [String]
  }

  private func finding(
    _ unknown: Unknown, _ policy: Policy, _ span: SourceSpan
  ) -> PolicyFinding {
    let name = unknown.path.last ?? ""
    let place = (["context"] + unknown.path.dropLast()).joined(separator: ".")
    let nearest = NearestName.of(name, among: unknown.siblings)
    return PolicyFinding(
      severity: .warning, policyID: policy.id.text, source: policy.source, line: span.line,
      column: span.column,
      message: "`\(place.onOneLine)` never has `\(name.onOneLine)`: this is always false",
      hint: nearest.map { "did you mean `\($0.onOneLine)`?" })
  }

  /// Where a path leaves what is known of every action's context; nil if it does not.
  private func unknown(_ path: [String]) -> Unknown? {
    let ends = self.contexts.map { Self.known(path, in: $0) }
    guard let longest = ends.max(by: { $0.length < $1.length }), longest.length < path.count,
      longest.isRecord
    else { return nil }
    let siblings = ends.filter { $0.length == longest.length }.flatMap(\.siblings)
    return Unknown(
      path: Array(path.prefix(longest.length + 1)), siblings: Set(siblings).sorted())
  }

  private struct End {
    /// How many names of the path are known.
    var length = 0
    /// Whether something could stand below.
    var isRecord = true
    var siblings: [String] = []
  }

  private static func known(_ path: [String], in context: RecordType) -> End {
    var end = End(siblings: context.fields.map(\.name))
    var record = context
    for name in path {
      guard let attribute = record[name] else { break }
      end.length += 1
      guard case .record(let next) = attribute.type else {
        end.isRecord = false
        break
      }
      record = next
      end.siblings = next.fields.map(\.name)
    }
    return end
  }

  /// The names from the context to what an expression accesses; nil for another expression.
  private static func path(_ expression: Expression) -> [String]? {
    var names: [String] = []
    var rest = expression
    while case .attribute(let record, let name) = rest.kind {
      names.append(name)
      rest = record
    }
    guard case .variable(.context) = rest.kind else { return nil }
    return names.reversed()
  }
}

extension String {
  /// The text without control characters, cut to what a line can hold.
  var onOneLine: String {
    let shown = self.unicodeScalars.prefix(200).map { scalar in
      scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
    }
    return shown.joined()
  }
}
