/// One operator, method or function with the values of its operands.
///
/// All operands have been evaluated; `&&`, `||` and `if`, which leave some out, are not here.
struct Operation {
  let expression: Expression
  let values: [CedarValue]
  let entities: Entities

  init(_ expression: Expression, _ values: [CedarValue], _ entities: Entities) {
    self.expression = expression
    self.values = values
    self.entities = entities
  }

  func result() throws(EvaluationFailure) -> CedarValue {
    switch expression.kind {
    case .literal, .variable, .and, .or, .conditional: return try value(0)
    case .not: return .bool(!(try bool(0)))
    case .negate: return try negation()
    case .comparison(let comparison, _, _): return .bool(try compare(comparison))
    case .isIn: return .bool(try isEntity(try entity(0), inOperand: 1))
    case .sum(_, let rest): return try sum(rest)
    case .product: return try product()
    case .like(_, let pattern): return .bool(pattern.matches(try string(0)))
    case .has(_, let path): return .bool(try has(path))
    case .isType(_, let type, let container):
      return .bool(try isType(type, isInOperand: container != nil))
    case .attribute(_, let name): return try attribute(name)
    case .set: return .set(Set(values))
    case .record(let fields):
      return .record(CedarRecord(keepingLast: Array(zip(fields.map(\.name), values))))
    case .isEmpty: return .bool(try set(0).isEmpty)
    case .setTest(let test, _, _): return .bool(try self.test(test))
    case .hasTag: return .bool(try hasTag())
    case .getTag: return try tag()
    case .call(let function, _): return try call(function)
    }
  }

  var span: SourceSpan { expression.span }

  /// The operand at an index. The parser makes no operation with fewer than it needs.
  func value(_ index: Int) throws(EvaluationFailure) -> CedarValue {
    guard values.indices.contains(index) else {
      throw .type(expected: "any", found: "nothing", at: span)
    }
    return values[index]
  }

  func bool(_ index: Int) throws(EvaluationFailure) -> Bool {
    guard case .bool(let bool) = try value(index) else { throw mismatch("bool", index) }
    return bool
  }

  func long(_ index: Int) throws(EvaluationFailure) -> Int64 {
    guard case .long(let long) = try value(index) else { throw mismatch("long", index) }
    return long
  }

  func string(_ index: Int) throws(EvaluationFailure) -> String {
    guard case .string(let string) = try value(index) else { throw mismatch("string", index) }
    return string
  }

  func entity(_ index: Int) throws(EvaluationFailure) -> EntityUID {
    guard case .entity(let uid) = try value(index) else { throw mismatch("entity", index) }
    return uid
  }

  func set(_ index: Int) throws(EvaluationFailure) -> Set<CedarValue> {
    guard case .set(let set) = try value(index) else { throw mismatch("set", index) }
    return set
  }

  /// The failure for an operand of a wrong type, or for `found` within it.
  func mismatch(
    _ expected: String, _ index: Int, found: CedarValue? = nil
  ) -> EvaluationFailure {
    let operands = expression.operands
    let isKnown = operands.indices.contains(index) && values.indices.contains(index)
    return .type(
      expected: expected,
      found: (found ?? (isKnown ? values[index] : nil))?.typeName ?? "nothing",
      at: isKnown ? operands[index].span : span)
  }

  private func test(_ test: Expression.SetTest) throws(EvaluationFailure) -> Bool {
    let receiver = try set(0)
    switch test {
    case .contains: return receiver.contains(try value(1))
    case .containsAll: return receiver.isSuperset(of: try set(1))
    case .containsAny: return !receiver.isDisjoint(with: try set(1))
    }
  }
}
