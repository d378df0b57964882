/// Collects what is found of one policy, each thing once, however many environments show it.
struct PolicyReport {
  /// Nobody reads more of one policy, and each costs memory.
  private static let limit = 100

  let policy: CheckedPolicy
  private(set) var errors: [ValidationIssue] = []
  private(set) var warnings: [ValidationIssue] = []
  private var places: [Place: Int] = [:]
  private var others: [Int: Set<String>] = [:]

  private struct Place: Hashable {
    let kind: ValidationIssue.Kind
    let span: SourceSpan
  }

  init(_ policy: CheckedPolicy) {
    self.policy = policy
  }

  /// Whether nothing more is kept.
  var isFull: Bool { errors.count >= Self.limit }

  mutating func error(
    _ kind: ValidationIssue.Kind, at span: SourceSpan, _ message: String, hint: String? = nil
  ) {
    guard !isFull else { return }
    let place = Place(kind: kind, span: span)
    guard let known = places[place] else {
      places[place] = errors.count
      errors.append(issue(kind, span, message, hint))
      return
    }
    if errors[known].message != message { others[known, default: []].insert(message) }
  }

  mutating func warning(
    _ kind: ValidationIssue.Kind, at span: SourceSpan, _ message: String, hint: String? = nil
  ) {
    guard warnings.count < Self.limit else { return }
    warnings.append(issue(kind, span, message, hint))
  }

  /// Says of the errors that look otherwise for other types how many more there are.
  mutating func finish() {
    for (index, messages) in others {
      let error = errors[index]
      let more = "the same for \(messages.count) more \(messages.count == 1 ? "type" : "types")"
      errors[index] = issue(
        error.kind, error.span, error.message, error.hint.map { "\($0); \(more)" } ?? more)
    }
    others = [:]
  }

  private func issue(
    _ kind: ValidationIssue.Kind, _ span: SourceSpan, _ message: String, _ hint: String?
  ) -> ValidationIssue {
    ValidationIssue(
      policyID: policy.id, kind: kind, message: message, span: span, source: policy.source,
      hint: hint)
  }
}
