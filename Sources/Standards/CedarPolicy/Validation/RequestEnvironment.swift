/// Types that the parts of a request can have together.
struct RequestEnvironment {
  let principal: EntityTypeName
  let action: EntityUID
  let resource: EntityTypeName
  let context: RecordShape
}

extension CheckedPolicy {
  /// The environments in which the scope can hold, of those that the conditions cannot tell apart
  /// only one.
  func environments(_ index: SchemaIndex) -> [RequestEnvironment] {
    var environments: [RequestEnvironment] = []
    var seen: Set<Distinction> = []
    let variables = self.variables
    for number in index.actions(action) {
      let action = index.actions[number]
      let principals = action.principals.filter { principal.mayHold(for: $0, index) }
      guard !principals.isEmpty else { continue }
      let resources = action.resources.filter { resource.mayHold(for: $0, index) }
      for principal in variables.contains(.principal) ? principals : Array(principals.prefix(1)) {
        for resource in variables.contains(.resource) ? resources : Array(resources.prefix(1)) {
          let distinction = Distinction(
            principal: variables.contains(.principal) ? principal : nil,
            action: variables.contains(.action) ? number : nil,
            resource: variables.contains(.resource) ? resource : nil,
            context: variables.contains(.context) ? action.contextNumber : nil)
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

  /// What the conditions can see of an environment.
  private struct Distinction: Hashable {
    let principal: EntityTypeName?
    let action: Int?
    let resource: EntityTypeName?
    let context: Int?
  }

  /// The variables that the conditions name.
  private var variables: Set<Expression.Variable> {
    var found: Set<Expression.Variable> = []
    var open = conditions.map(\.expression)
    while let next = open.popLast(), found.count < Expression.Variable.allCases.count {
      if case .variable(let variable) = next.kind { found.insert(variable) }
      open += next.operands
    }
    return found
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
