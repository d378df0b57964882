extension Typechecker {
  /// `in`: false where the schema's hierarchy leaves no way.
  mutating func membership(_ operands: [Expression], _ known: Capabilities) -> StaticType? {
    guard operands.count == 2 else { return nil }
    let type = entity(operands[0], known)
    let container = container(operands[1], known)
    guard let type, let container else { return nil }
    return membership(operands[0], type, operands[1], container)
  }

  private mutating func membership(
    _ left: Expression, _ type: EntityTypeName, _ right: Expression, _ container: EntityTypeName
  ) -> StaticType? {
    if let action = constantEntity(left), action.type.isOfActions,
      let groups = constantEntities(right)
    {
      return .bool(groups.contains { index.isAction(action, in: $0) })
    }
    return index.mayBe(type, in: container) ? .bool(nil) : .bool(false)
  }

  /// The type of an entity, or of the entities of a set.
  private mutating func container(
    _ expression: Expression, _ known: Capabilities
  ) -> EntityTypeName? {
    guard let type = check(expression, known).type else { return nil }
    switch type {
    case .entity(let name), .set(.entity(let name)): return name
    default:
      mismatch("an entity or a set of entities", type, expression.span)
      return nil
    }
  }

  private func constantEntities(_ expression: Expression) -> [EntityUID]? {
    if let uid = constantEntity(expression) { return [uid] }
    guard case .set(let elements) = expression.kind else { return nil }
    let uids = elements.compactMap(constantEntity)
    return uids.count == elements.count ? uids : nil
  }

  /// `is`, and the `in` behind it.
  mutating func isType(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    let operands = expression.operands
    guard let operand = operands.first, let found = entity(operand, known) else { return nil }
    guard case .isType(_, let type, _) = expression.kind, type == found else {
      return .bool(false)
    }
    return operands.count == 2 ? membership(operands, known) : .bool(true)
  }
}
