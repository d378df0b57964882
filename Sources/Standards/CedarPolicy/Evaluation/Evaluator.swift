/// Computes the values of conditions for one request, by walking through their trees.
///
/// Decisions are made by ``CompiledPolicies``. This is the same in its plainest form, kept for two
/// ends: the values of parts of a condition, where a decision is explained, and an oracle, so that
/// tests can compare every compiled answer with one that knows no index, pool or folded constant.
/// What operators mean is said once for both, in ``Operation``.
///
/// The walk through the tree is here and small, because its stack grows with the nesting (see
/// ``CedarLimits/nesting``); what an operator makes of its operands is in ``Operation``, which
/// does not recurse.
struct Evaluator {
  let request: Request
  let entities: Entities

  func value(of expression: Expression) throws(EvaluationFailure) -> CedarValue {
    switch expression.kind {
    case .literal, .variable: return leaf(expression)
    case .and, .or: return .bool(try chain(expression))
    case .conditional: return try value(of: try branch(expression))
    default: return try Operation(expression, try operands(expression), entities).result()
    }
  }

  func bool(_ expression: Expression) throws(EvaluationFailure) -> Bool {
    let value = try value(of: expression)
    guard case .bool(let bool) = value else {
      throw .type(expected: "bool", found: value.typeName, at: expression.span)
    }
    return bool
  }

  private func leaf(_ expression: Expression) -> CedarValue {
    switch expression.kind {
    case .literal(let value): value
    case .variable(.action): .entity(request.action)
    case .variable(.resource): .entity(request.resource)
    case .variable(.context): .record(request.context)
    default: .entity(request.principal)
    }
  }

  private func operands(_ expression: Expression) throws(EvaluationFailure) -> [CedarValue] {
    var values: [CedarValue] = []
    for operand in expression.operands {
      values.append(try value(of: operand))
      if expression.kind.isSettled(by: values) { break }
    }
    return values
  }

  /// `&&` and `||`: operands from the left until one settles the result.
  private func chain(_ expression: Expression) throws(EvaluationFailure) -> Bool {
    let settling = expression.kind.isDisjunction
    for operand in expression.operands where try bool(operand) == settling { return settling }
    return !settling
  }

  /// The branch of an `if` that its condition chooses.
  private func branch(_ expression: Expression) throws(EvaluationFailure) -> Expression {
    guard case .conditional(let condition, let then, let otherwise) = expression.kind else {
      return expression
    }
    return try bool(condition) ? then : otherwise
  }
}

extension Expression.Kind {
  /// Whether the first operands make the others needless: `is` with another type ends before the
  /// right side of its `in`.
  fileprivate func isSettled(by values: [CedarValue]) -> Bool {
    guard case .isType(_, let type, _) = self, case .entity(let uid)? = values.first else {
      return false
    }
    return uid.type != type
  }

  fileprivate var isDisjunction: Bool {
    if case .or = self { true } else { false }
  }
}
