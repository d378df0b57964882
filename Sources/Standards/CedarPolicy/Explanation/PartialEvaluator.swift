/// Computes what can be computed of conditions while a part of the context is unknown.
struct PartialEvaluator {
  private let evaluator: Evaluator

  /// A value, a failure, or what is left to compute.
  private enum Partial {
    case known(CedarValue)
    case failed(EvaluationFailure)
    case unknown(Expression)
  }

  init(_ request: PartialRequest, _ entities: Entities) {
    evaluator = Evaluator(
      request: Request(
        principal: request.principal, action: request.action, resource: request.resource,
        context: request.knownContext),
      entities: entities)
  }

  func matchesScope(_ policy: Policy) -> Bool { evaluator.matchesScope(policy) }

  /// The outcome of a policy whose scope matches.
  func result(of policy: Policy) -> PartialOutcome.Result {
    var open: [Expression] = []
    for condition in policy.conditions {
      let isWhen = condition.kind == .when
      switch bool(evaluate(condition.expression), at: condition.expression.span) {
      case .known(.bool(isWhen)): continue
      case .known: return .notSatisfied
      case .failed(let failure):
        guard open.isEmpty else { return .depends(open + [condition.expression]) }
        return .failed(failure)
      case .unknown(let residual):
        open += isWhen ? residual.conjuncts : [Expression(.not(residual), at: residual.span)]
      }
    }
    return open.isEmpty ? .satisfied : .depends(open)
  }

  private func bool(_ partial: Partial, at span: SourceSpan) -> Partial {
    guard case .known(let value) = partial, value.typeName != CedarValue.bool(true).typeName else {
      return partial
    }
    return .failed(.type(expected: "bool", found: value.typeName, at: span))
  }

  private func evaluate(_ expression: Expression) -> Partial {
    switch expression.kind {
    case .literal(let value): .known(value)
    case .variable(.context): .unknown(expression)
    case .variable: computed(expression)
    case .attribute(let operand, let name) where operand.isContext:
      evaluator.request.context[name].map { .known($0) } ?? .unknown(expression)
    case .has(let operand, let path) where operand.isContext:
      path.first.flatMap { evaluator.request.context[$0] } == nil
        ? .unknown(expression) : computed(expression)
    case .and(let operands): chain(operands, settling: false, expression)
    case .or(let operands): chain(operands, settling: true, expression)
    case .conditional: conditional(expression)
    default: operation(expression)
    }
  }

  /// An expression in which nothing is unknown.
  private func computed(_ expression: Expression) -> Partial {
    do {
      return .known(try evaluator.value(of: expression))
    } catch {
      return .failed(error)
    }
  }

  private func chain(
    _ operands: [Expression], settling: Bool, _ expression: Expression
  ) -> Partial {
    var open: [Expression] = []
    for operand in operands {
      switch bool(evaluate(operand), at: operand.span) {
      case .known(.bool(settling)): return .known(.bool(settling))
      case .known: continue
      case .failed(let failure):
        guard !open.isEmpty else { return .failed(failure) }
        return .unknown(joined(open + [operand], settling, expression.span))
      case .unknown(let residual): open.append(residual)
      }
    }
    return open.isEmpty
      ? .known(.bool(!settling)) : .unknown(joined(open, settling, expression.span))
  }

  private func joined(_ operands: [Expression], _ isOr: Bool, _ span: SourceSpan) -> Expression {
    if operands.count == 1, let only = operands.first { return only }
    return Expression(isOr ? .or(operands) : .and(operands), at: span)
  }

  private func conditional(_ expression: Expression) -> Partial {
    guard case .conditional(let condition, let then, let otherwise) = expression.kind else {
      return .unknown(expression)
    }
    switch bool(evaluate(condition), at: condition.span) {
    case .known(.bool(true)): return evaluate(then)
    case .known: return evaluate(otherwise)
    case .failed(let failure): return .failed(failure)
    case .unknown(let residual):
      return .unknown(
        Expression(
          .conditional(
            condition: residual, then: residue(evaluate(then), then),
            otherwise: residue(evaluate(otherwise), otherwise)),
          at: expression.span))
    }
  }

  private func operation(_ expression: Expression) -> Partial {
    var residues: [Expression] = []
    var values: [CedarValue] = []
    for operand in expression.operands {
      let partial = evaluate(operand)
      residues.append(residue(partial, operand))
      switch partial {
      case .known(let value): values.append(value)
      case .failed(let failure):
        // Operands before it may fail first, but then the whole fails as well; only `is` may be
        // settled by the one before.
        guard case .isType = expression.kind, values.isEmpty else { return .failed(failure) }
      case .unknown: continue
      }
      if expression.kind.isSettledByType(of: values) { return .known(.bool(false)) }
    }
    guard values.count < residues.count else {
      return finished(Operation(expression, values, evaluator.entities))
    }
    return .unknown(
      Expression(expression.kind.replacingOperands(with: residues), at: expression.span))
  }

  private func finished(_ operation: Operation) -> Partial {
    do {
      return .known(try operation.result())
    } catch {
      return .failed(error)
    }
  }

  /// What stands for an operand in an expression that is left to compute.
  private func residue(_ partial: Partial, _ expression: Expression) -> Expression {
    switch partial {
    case .known(let value):
      value.expressionKind(at: expression.span).map { Expression($0, at: expression.span) }
        ?? expression
    case .unknown(let residual): residual
    case .failed: expression
    }
  }
}

extension Expression {
  fileprivate var isContext: Bool {
    if case .variable(.context) = kind { true } else { false }
  }

  /// What all has to hold for the expression to hold.
  var conjuncts: [Expression] {
    if case .and(let operands) = kind { operands.flatMap(\.conjuncts) } else { [self] }
  }

  /// What all must not hold for the expression not to hold.
  var disjuncts: [Expression] {
    if case .or(let operands) = kind { operands.flatMap(\.disjuncts) } else { [self] }
  }
}

extension Expression.Kind {
  /// Whether the left side of an `is` is known to be of another type.
  fileprivate func isSettledByType(of values: [CedarValue]) -> Bool {
    guard case .isType(_, let type, _) = self, case .entity(let uid)? = values.first else {
      return false
    }
    return uid.type != type
  }

  /// The same operator over other operands, as many as it has.
  fileprivate func replacingOperands(with operands: [Expression]) -> Expression.Kind {
    guard let first = operands.first, operands.count == self.operandCount else { return self }
    let last = operands.last ?? first
    switch self {
    case .literal, .variable, .and, .or, .conditional: return self
    case .not: return .not(first)
    case .negate: return .negate(first)
    case .comparison(let comparison, _, _): return .comparison(comparison, first, last)
    case .isIn: return .isIn(first, last)
    case .sum(_, let rest):
      let terms = zip(rest, operands.dropFirst()).map {
        Expression.Term(isSubtracted: $0.isSubtracted, value: $1)
      }
      return .sum(first: first, rest: terms)
    case .product: return .product(operands)
    case .like(_, let pattern): return .like(first, pattern)
    case .has(_, let path): return .has(first, path: path)
    case .isType(_, let type, let container):
      return .isType(first, type, in: container == nil ? nil : last)
    case .attribute(_, let name): return .attribute(first, name)
    case .set: return .set(operands)
    case .record(let fields):
      return .record(zip(fields, operands).map { .init(name: $0.name, value: $1) })
    case .isEmpty: return .isEmpty(first)
    case .setTest(let test, _, _): return .setTest(test, first, last)
    case .hasTag: return .hasTag(first, last)
    case .getTag: return .getTag(first, last)
    case .call(let function, _): return .call(function, operands)
    }
  }
}
