/// Tests of one operand, and `is … in`.
extension Snapshot {
  func isType(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    let operand = try operand(node.a, request)
    if let holds = hasType(operand, node.b, request) { return holds }
    return try truth(place, [operand], request)
  }

  func isTypeIn(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    let left = try operand(node.a, request)
    // The right side of an entity of another type is not evaluated.
    if hasType(left, node.b, request) == false { return false }
    let right = try operand(node.c, request)
    if case .pooled(let one) = left, case .pooled(let other) = right,
      let holds = isEntity(one, in: other)
    {
      return holds
    }
    return try truth(place, [left, right], request)
  }

  /// Whether an entity has a type; nil for what is no entity.
  private func hasType(_ operand: Operand, _ type: Int32, _ request: borrowing NumberedRequest)
    -> Bool?
  {
    switch operand {
    case .pooled(let pooled) where pooled.kind == .entity: isType(pooled.number, type, request)
    case .built(.entity(let uid)): uid.type == entities.typeNames[Int(type)]
    default: nil
    }
  }

  func like(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    let operand = try operand(node.a, request)
    switch operand {
    case .pooled(let pooled) where pooled.kind == .text:
      return code.patterns[Int(node.b)].matches(pool.texts[Int(pooled.number)])
    case .built(.string(let text)): return code.patterns[Int(node.b)].matches(text)
    default: return try truth(place, [operand], request)
    }
  }

  func isEmpty(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    let operand = try operand(node.a, request)
    switch operand {
    case .pooled(let pooled) where pooled.kind == .set:
      return pool.sets[Int(pooled.number)].elements.isEmpty
    case .built(.set(let set)): return set.isEmpty
    default: return try truth(place, [operand], request)
    }
  }
}
