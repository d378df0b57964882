/// Why a policy applied to a request or did not, part by part.
///
/// Values of the request and of entities are in it as they are: who shows them to somebody decides
/// which of them that person may see.
public struct PolicyExplanation: Sendable {
  /// What the scope demands of one part of the request.
  public struct ScopePart: Sendable {
    /// `principal`, `action` or `resource`.
    public let name: Expression.Variable
    public let matches: Bool
    /// The demand in Cedar's syntax, such as `principal in Group::"shop"`.
    public let demand: String
    public let found: EntityUID
  }

  /// A part of a condition that has to hold, or under `unless` not to hold.
  public struct Clause: Sendable {
    public enum Result: Sendable, Hashable {
      case held
      case didNotHold
      case failed(EvaluationFailure)
      /// A part before it decided, and it makes no sense without that.
      case notReached
    }

    public let kind: Condition.Kind
    public let expression: Expression
    public let result: Result
    /// What was read to compute it.
    public let facts: [Fact]

    /// Whether the clause leaves the policy applicable.
    public var isMet: Bool { result == (kind == .when ? .held : .didNotHold) }
  }

  /// Something that a clause read, and its value.
  public struct Fact: Sendable, Hashable {
    /// In Cedar's syntax, such as `principal.environment`.
    public let name: String
    public let value: CedarValue
  }

  public let policy: Policy
  public let outcome: PolicyOutcome.Result
  public let scope: [ScopePart]
  public let clauses: [Clause]

  /// Explains one policy. Clauses are there only if the scope matches.
  public init(_ policy: Policy, _ request: Request, entities: Entities) {
    let evaluator = Evaluator(request: request, entities: entities)
    self.policy = policy
    scope = Self.scope(policy, evaluator)
    let matches = scope.allSatisfy(\.matches)
    clauses = matches ? Self.clauses(policy, evaluator) : []
    do throws(EvaluationFailure) {
      outcome = try evaluator.isSatisfied(policy) ? .satisfied : .notSatisfied
    } catch {
      outcome = .failed(error)
    }
  }

  /// Everything that the clauses read, each once.
  public var facts: [Fact] {
    var seen: Set<String> = []
    return clauses.flatMap(\.facts).filter { seen.insert($0.name).inserted }
  }

  /// How many parts would have to differ for the policy to apply.
  public var unmetCount: Int {
    scope.count { !$0.matches } + clauses.count { !$0.isMet }
  }

  /// What would have to differ for the policy to apply, a sentence for each part.
  public var obstacles: [String] {
    scope.filter { !$0.matches }.map { part in
      "`\(part.demand)` would have to hold; the \(part.name.rawValue) is `\(part.found)`"
    } + clauses.filter { !$0.isMet }.map(\.obstacle)
  }

  /// What would have to differ for a policy that applies not to: any one of these.
  public var escapes: [String] {
    scope.filter { $0.demand.contains(" ") }.map { part in
      "`\(part.demand)` would have to be false; the \(part.name.rawValue) is `\(part.found)`"
    } + clauses.filter(\.isMet).map(\.escape)
  }

  private static func scope(_ policy: Policy, _ evaluator: Evaluator) -> [ScopePart] {
    let request = evaluator.request
    return [
      ScopePart(
        name: .principal, matches: evaluator.matches(policy.principal, request.principal),
        demand: policy.principal.demand(of: "principal"), found: request.principal),
      ScopePart(
        name: .action, matches: evaluator.matches(policy.action),
        demand: policy.action.demand, found: request.action),
      ScopePart(
        name: .resource, matches: evaluator.matches(policy.resource, request.resource),
        demand: policy.resource.demand(of: "resource"), found: request.resource),
    ]
  }

  private static func clauses(_ policy: Policy, _ evaluator: Evaluator) -> [Clause] {
    var clauses: [Clause] = []
    for condition in policy.conditions {
      let isWhen = condition.kind == .when
      let parts =
        isWhen ? condition.expression.conjuncts : condition.expression.disjuncts
      for part in parts {
        let isAfterUnmet = clauses.contains { !$0.isMet }
        clauses.append(clause(condition.kind, part, evaluator, isAfterUnmet: isAfterUnmet))
      }
    }
    return clauses
  }

  private static func clause(
    _ kind: Condition.Kind, _ expression: Expression, _ evaluator: Evaluator, isAfterUnmet: Bool
  ) -> Clause {
    let result: Clause.Result
    do throws(EvaluationFailure) {
      result = try evaluator.bool(expression) ? .held : .didNotHold
    } catch {
      result = isAfterUnmet ? .notReached : .failed(error)
    }
    return Clause(
      kind: kind, expression: expression, result: result,
      facts: FactCollector(evaluator).facts(of: expression))
  }
}

extension PolicyExplanation.Clause {
  fileprivate var values: String {
    let known = facts.map { "`\($0.name)` is `\($0.value)`" }
    return known.isEmpty ? "" : "; " + known.joined(separator: ", ")
  }

  fileprivate var obstacle: String {
    let demand = kind == .when ? "would have to hold" : "would have to be false"
    switch result {
    case .failed(let failure): return "`\(expression)` could not be evaluated: \(failure)"
    case .notReached: return "`\(expression)` \(demand)"
    case .held, .didNotHold: return "`\(expression)` \(demand)\(values)"
    }
  }

  fileprivate var escape: String {
    let demand = kind == .when ? "would have to be false" : "would have to hold"
    return "`\(expression)` \(demand)\(values)"
  }
}

extension ScopeConstraint<EntityUID> {
  fileprivate func demand(of name: String) -> String {
    switch self {
    case .any: name
    case .equal(let uid): "\(name) == \(uid)"
    case .isIn(let uid): "\(name) in \(uid)"
    case .isType(let type): "\(name) is \(type)"
    case .isTypeIn(let type, let uid): "\(name) is \(type) in \(uid)"
    }
  }
}

extension ActionConstraint {
  fileprivate var demand: String {
    switch self {
    case .any: "action"
    case .equal(let uid): "action == \(uid)"
    case .isIn(let uid): "action in \(uid)"
    case .isInAny(let uids): "action in [\(uids.map(\.description).joined(separator: ", "))]"
    }
  }
}
