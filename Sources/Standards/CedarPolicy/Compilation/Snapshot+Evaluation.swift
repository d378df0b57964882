/// The values of compiled conditions.
///
/// What is here takes care of operands that fit their operator. Everything else, failures
/// included, goes to ``Operation``, which alone says what an operator means.
extension Snapshot {
  // Small, as their stack grows with the nesting.

  func operand(
    _ place: Int32, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Operand {
    let node = code.nodes[Int(place)]
    if node.isPooled { return .pooled(try pooled(place, node, request)) }
    switch node.code {
    case .failure: throw code.failures[Int(node.a)]
    case .context: return .built(.record(request.context))
    case .contextAttribute: return try contextAttribute(place, node, request)
    case .attribute: return try attribute(place, node, request)
    case .conditional:
      return try operand(try bool(node.a, request) ? node.b : node.c, request)
    case .tag: return try tag(place, node, request)
    default: return try operation(place, node, request)
    }
  }

  /// The value of a node whose values are all pooled.
  func pooled(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> PooledValue {
    switch node.code {
    case .constant: return code.constants[Int(node.a)]
    case .principal: return .entity(request.principal)
    case .action: return .entity(request.action)
    case .resource: return .entity(request.resource)
    case .attribute: return try pooledAttribute(place, node, request)
    case .sum, .difference, .product: return try arithmetic(place, node, request)
    default: return .bool(try test(place, node, request))
    }
  }

  func bool(
    _ place: Int32, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    let node = code.nodes[Int(place)]
    if node.code.isTest { return try test(place, node, request) }
    let operand = try operand(place, request)
    if case .pooled(let pooled) = operand, pooled.kind == .bool { return pooled.bits != 0 }
    throw .type(
      expected: "bool", found: value(operand, request).typeName,
      at: code.expressions[Int(place)].span)
  }

  private func test(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    switch node.code {
    case .and: try chain(node, endingWith: false, request)
    case .or: try chain(node, endingWith: true, request)
    case .not: try !bool(node.a, request)
    case .isType: try isType(place, node, request)
    case .isTypeIn: try isTypeIn(place, node, request)
    case .has: try has(place, node, request)
    case .like: try like(place, node, request)
    case .isEmpty: try isEmpty(place, node, request)
    default: try comparison(place, node, request)
    }
  }

  private func chain(
    _ node: CompiledNode, endingWith end: Bool, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    for index in Int(node.a)..<Int(node.a) + Int(node.b)
    where try bool(code.lists[index], request) == end {
      return end
    }
    return !end
  }

  private func comparison(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    let nodes = (code.nodes[Int(node.a)], code.nodes[Int(node.b)])
    if nodes.0.isPooled, nodes.1.isPooled {
      let left = try pooled(node.a, nodes.0, request)
      let right = try pooled(node.b, nodes.1, request)
      if let holds = relation(node, left, right) { return holds }
      return try truth(place, [.pooled(left), .pooled(right)], request)
    }
    let left = try operand(node.a, request)
    let right = try operand(node.b, request)
    if node.code == .equal { return isEqual(left, right, request) }
    if node.code == .notEqual { return !isEqual(left, right, request) }
    if let holds = relation(node, left, right, request) { return holds }
    return try truth(place, [left, right], request)
  }

  private func arithmetic(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> PooledValue {
    let left = try operand(node.a, request)
    let right = try operand(node.b, request)
    if case .pooled(let one) = left, one.kind == .long, case .pooled(let other) = right,
      other.kind == .long
    {
      let (result, overflow) =
        switch node.code {
        case .sum: one.bits.addingReportingOverflow(other.bits)
        case .difference: one.bits.subtractingReportingOverflow(other.bits)
        default: one.bits.multipliedReportingOverflow(by: other.bits)
        }
      if !overflow { return .long(result) }
    }
    return try pooledResult(place, [left, right], request)
  }

  private func operation(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Operand {
    var operands: [Operand] = []
    for index in Int(node.a)..<Int(node.a) + Int(node.b) {
      operands.append(try operand(code.lists[index], request))
    }
    return try result(place, operands, request)
  }

  /// What the operator makes of its operands, by the definition of the language.
  func result(
    _ place: Int32, _ operands: [Operand], _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Operand {
    var values: [CedarValue] = []
    for operand in operands { values.append(value(operand, request)) }
    return operand(try Operation(code.expressions[Int(place)], values, store).result())
  }

  /// ``result(_:_:_:)`` of an operator whose results are pooled.
  func pooledResult(
    _ place: Int32, _ operands: [Operand], _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> PooledValue {
    switch try result(place, operands, request) {
    case .pooled(let pooled): return pooled
    case .built(let value):
      throw .type(
        expected: "any", found: value.typeName, at: code.expressions[Int(place)].span)
    }
  }

  /// ``result(_:_:_:)`` of an operator whose results are bools.
  func truth(
    _ place: Int32, _ operands: [Operand], _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    try pooledResult(place, operands, request).bits != 0
  }
}
