extension Snapshot {
  func contextAttribute(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Operand {
    if let index = request.context.index(of: pool.texts[Int(node.b)]) {
      return operand(request.context.fields[index].value)
    }
    return try result(place, [.built(.record(request.context))], request)
  }

  func attribute(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Operand {
    let base = try operand(node.a, request)
    if let value = field(node.b, of: base) { return value }
    return try result(place, [base], request)
  }

  func pooledAttribute(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> PooledValue {
    let base = try pooled(node.a, code.nodes[Int(node.a)], request)
    if let value = field(node.b, of: base) { return value }
    return try pooledResult(place, [.pooled(base)], request)
  }

  func tag(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Operand {
    let base = try operand(node.a, request)
    let name = try operand(node.b, request)
    if case .pooled(let pooled) = base, pooled.kind == .entity, entities.isKnown(pooled.number),
      let text = textNumber(name),
      let value = pool.field(text, in: entities.tags[Int(pooled.number)])
    {
      return .pooled(value)
    }
    return try result(place, [base, name], request)
  }

  func has(
    _ place: Int32, _ node: CompiledNode, _ request: borrowing NumberedRequest
  ) throws(EvaluationFailure) -> Bool {
    let base = try operand(node.a, request)
    var current = base
    for index in Int(node.b)..<Int(node.b) + Int(node.c) {
      guard hasFields(current) else { return try truth(place, [base], request) }
      guard let next = field(code.lists[index], of: current) else { return false }
      current = next
    }
    return true
  }

  /// The field of a record or the attribute of an entity; nil if there is none.
  private func field(_ name: Int32, of operand: Operand) -> Operand? {
    switch operand {
    case .pooled(let pooled): field(name, of: pooled).map { .pooled($0) }
    case .built(.record(let record)): record[pool.text(name)].map { self.operand($0) }
    case .built: nil
    }
  }

  private func field(_ name: Int32, of pooled: PooledValue) -> PooledValue? {
    switch pooled.kind {
    case .entity:
      entities.isKnown(pooled.number)
        ? pool.field(name, in: entities.attributes[Int(pooled.number)]) : nil
    case .record: pool.field(name, in: pool.records[Int(pooled.number)].fields)
    default: nil
    }
  }

  private func hasFields(_ operand: Operand) -> Bool {
    switch operand {
    case .pooled(let pooled): pooled.kind == .entity || pooled.kind == .record
    case .built(.record), .built(.entity): true
    case .built: false
    }
  }
}
