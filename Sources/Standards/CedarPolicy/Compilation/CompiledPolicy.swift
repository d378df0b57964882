/// What a policy's scope demands of the principal or the resource, in numbers.
struct CompiledConstraint: Sendable, Hashable {
  enum Kind: UInt8, Sendable {
    case any, equal, isIn, isType, isTypeIn
  }

  let kind: Kind
  let entity: Int32
  let type: Int32
}

/// What a policy's scope demands of the action, in numbers.
enum CompiledActionConstraint: Sendable, Hashable {
  case any
  case equal(Int32)
  case isIn(Int32)
  /// Entities in ``ScopeIndex/lists``.
  case isInAny(Extent)
}

/// A policy in the form that is evaluated; its number is its place in the set.
struct CompiledPolicy: Sendable {
  let effect: Effect
  let principal: CompiledConstraint
  let action: CompiledActionConstraint
  let resource: CompiledConstraint

  /// Nodes of conditions that must be true (`when`) and then of ones that must be false, in the
  /// order of the text: pairs of node and 1 for `when`, 0 for `unless`.
  let conditions: Extent

  /// Whether the conditions begin with one that no request satisfies.
  let isNeverSatisfied: Bool
}

/// Turns policies into the form that is evaluated.
struct PolicyCompiler {
  var conditions: ConditionCompiler

  /// The entities of ``CompiledActionConstraint/isInAny(_:)``.
  private(set) var lists: [Int32] = []

  init(_ store: Entities) {
    conditions = ConditionCompiler(store)
  }

  mutating func compiled(_ policy: Policy) -> CompiledPolicy {
    let principal = constraint(policy.principal)
    let action = constraint(policy.action)
    let resource = constraint(policy.resource)
    let (slice, isNever) = compiled(policy.conditions)
    return CompiledPolicy(
      effect: policy.effect, principal: principal, action: action, resource: resource,
      conditions: slice, isNeverSatisfied: isNever)
  }

  private mutating func compiled(_ all: [Condition]) -> (Extent, Bool) {
    var pairs: [Int32] = []
    for condition in all {
      let part = conditions.part(condition.expression)
      if case .constant(.bool(let bool)) = part {
        if bool == (condition.kind == .when) { continue }
        if pairs.isEmpty { return (.empty, true) }
      }
      pairs.append(conditions.node(part, condition.expression))
      pairs.append(condition.kind == .when ? 1 : 0)
    }
    return (conditions.appendList(pairs), false)
  }

  private mutating func constraint(
    _ constraint: ScopeConstraint<EntityUID>
  ) -> CompiledConstraint {
    switch constraint {
    case .any: CompiledConstraint(kind: .any, entity: 0, type: 0)
    case .equal(let uid):
      CompiledConstraint(kind: .equal, entity: conditions.builder.number(of: uid), type: 0)
    case .isIn(let uid):
      CompiledConstraint(kind: .isIn, entity: conditions.builder.number(of: uid), type: 0)
    case .isType(let type):
      CompiledConstraint(kind: .isType, entity: 0, type: conditions.builder.number(ofType: type))
    case .isTypeIn(let type, let uid):
      CompiledConstraint(
        kind: .isTypeIn, entity: conditions.builder.number(of: uid),
        type: conditions.builder.number(ofType: type))
    }
  }

  private mutating func constraint(_ constraint: ActionConstraint) -> CompiledActionConstraint {
    switch constraint {
    case .any: return .any
    case .equal(let uid): return .equal(conditions.builder.number(of: uid))
    case .isIn(let uid): return .isIn(conditions.builder.number(of: uid))
    case .isInAny(let uids):
      let slice = Extent(lists.count, count: uids.count)
      for uid in uids { lists.append(conditions.builder.number(of: uid)) }
      return .isInAny(slice)
    }
  }
}
