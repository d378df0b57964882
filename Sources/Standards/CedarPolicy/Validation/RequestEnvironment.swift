/// Types that the parts of a request can have together.
struct RequestEnvironment {
  let principal: EntityTypeName
  let action: EntityUID
  let resource: EntityTypeName
  let context: RecordShape
}

extension CheckedPolicy {
  /// The environments in which the scope can hold, of those that the conditions cannot tell apart
  /// only one; nil if there are too many to go through.
  func environments(_ index: SchemaIndex) -> [RequestEnvironment]? {
    var environments: [RequestEnvironment] = []
    var seen: Set<Distinction> = []
    var visited = 0
    let variables = self.variables
    for number in index.actions(action) {
      let action = index.actions[number]
      let principals = Self.types(action.principals, principal, variables[.principal], index)
      let resources = Self.types(action.resources, resource, variables[.resource], index)
      for principal in principals {
        for resource in resources {
          visited += 1
          guard visited <= CedarLimits.environments else { return nil }
          let distinction = Distinction(
            principal: variables[.principal] ? principal : nil,
            action: variables[.action] ? number : nil,
            resource: variables[.resource] ? resource : nil,
            context: variables[.context] ? action.contextNumber : nil)
          guard seen.insert(distinction).inserted else { continue }
          environments.append(
            RequestEnvironment(
              principal: principal, action: action.uid, resource: resource, context: action.context)
          )
        }
      }
    }
    return environments
  }

  /// The types for which a constraint can hold; one of them will do if no condition sees it.
  private static func types(
    _ types: [EntityTypeName], _ constraint: ScopeConstraint<EntityReference>, _ isSeen: Bool,
    _ index: SchemaIndex
  ) -> [EntityTypeName] {
    isSeen
      ? types.filter { constraint.mayHold(for: $0, index) }
      : types.first { constraint.mayHold(for: $0, index) }.map { [$0] } ?? []
  }

  /// What the conditions can see of an environment.
  private struct Distinction: Hashable {
    let principal: EntityTypeName?
    let action: Int?
    let resource: EntityTypeName?
    let context: Int?
  }

  /// Which variables the conditions name.
  private var variables: NamedVariables {
    var named = NamedVariables()
    var open = conditions.map(\.expression)
    while let next = open.popLast(), named.names.count < Expression.Variable.allCases.count {
      if case .variable(let variable) = next.kind { named.names.insert(variable) }
      open += next.operands
    }
    return named
  }

  private struct NamedVariables {
    var names: Set<Expression.Variable> = []

    subscript(variable: Expression.Variable) -> Bool { names.contains(variable) }
  }
}

extension ScopeConstraint<EntityReference> {
  /// Whether the constraint can hold for an entity of a type; a slot can be filled so that it does.
  func mayHold(for type: EntityTypeName, _ index: SchemaIndex) -> Bool {
    switch self {
    case .any, .equal(.slot), .isIn(.slot): true
    case .equal(.entity(let uid)): uid.type == type
    case .isIn(.entity(let uid)): index.mayBe(type, in: uid.type)
    case .isType(let wanted), .isTypeIn(let wanted, .slot): wanted == type
    case .isTypeIn(let wanted, .entity(let uid)):
      wanted == type && index.mayBe(type, in: uid.type)
    }
  }
}
