import CedarPolicy
import Credentials

/// The entities that a policy names, each with the place where it does.
///
/// Names in the scope have no place of their own: theirs is the policy's.
struct NamedEntities {
  private(set) var all: [(uid: EntityUID, span: SourceSpan)] = []

  init(in policy: Policy) {
    for uid in [policy.principal.reference, policy.resource.reference].compactMap({ $0 }) {
      self.all.append((uid, policy.span))
    }
    // What the parser read is nested no deeper than its limit.
    var open = policy.conditions.reversed().map(\.expression)
    while let expression = open.popLast() {
      if case .literal(.entity(let uid)) = expression.kind {
        self.all.append((uid, expression.span))
      }
      open += expression.operands.reversed()
    }
  }
}

/// The names that the records know, by the type of the entity.
struct KnownNames {
  private let names: [EntityTypeName: Set<String>]

  init(_ model: AuthorizationModel) throws {
    let principals = model.allPrincipals
    // Where anybody may ask, any name may be somebody's.
    let workloads = model.admitsUnregistered ? nil : Set(principals.map(\.spiffeID))
    var names: [EntityTypeName: Set<String>] = [
      try Vocabulary.type("Group"): Set(principals.flatMap(\.facts.groups)),
      try Vocabulary.type("Service"): Set(model.services.map(\.name)),
      try Vocabulary.type("Operation"): Set(
        model.services.flatMap { service in
          (service.operations + [""]).map { "\(service.name)/\($0)" }
        }),
      try Vocabulary.type("TrustDomain"): [model.trustDomain],
      try Vocabulary.type("Anonymous"): ["anonymous"],
    ]
    names[try Vocabulary.type("Workload")] = workloads
    self.names = names
  }

  /// The names that an entity of the type can have; nil for a type of which the records say nothing.
  func names(of type: EntityTypeName) -> Set<String>? { self.names[type] }
}
