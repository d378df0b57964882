/// Turns conditions into code, with everything computed that does not depend on the request.
///
/// A snapshot holds the entities too, so an expression without variables is constant, also where
/// it reads an entity. One that fails becomes code that fails in the same way: whether it is
/// reached depends on the request.
struct ConditionCompiler {
  /// What compiling an expression gives.
  enum Part {
    case constant(CedarValue)
    case failing(EvaluationFailure)
    case node(Int32)
  }

  let store: Entities
  var builder: SnapshotBuilder
  var code = CompiledCode()

  init(_ store: Entities) {
    self.store = store
    builder = SnapshotBuilder(store)
  }

  mutating func node(_ expression: Expression) -> Int32 {
    let part = part(expression)
    return node(part, expression)
  }

  // Small, as its stack grows with the nesting.
  mutating func part(_ expression: Expression) -> Part {
    switch expression.kind {
    case .literal(let value): .constant(value)
    case .variable(let variable): .node(append(variable.code, expression))
    case .and, .or: chain(expression)
    case .conditional: conditional(expression)
    default: operation(expression)
    }
  }

  private mutating func operation(_ expression: Expression) -> Part {
    var parts: [Part] = []
    for operand in expression.operands {
      parts.append(part(operand))
      if isSettled(expression, by: parts) { break }
    }
    return folded(expression, parts) ?? .node(emit(expression, parts))
  }

  /// A failing operand after constants ends the evaluation, as does the first operand of an `is`
  /// with another type; the operands after it have no code.
  private func isSettled(_ expression: Expression, by parts: [Part]) -> Bool {
    switch parts.last {
    case .failing: return true
    case .constant(.entity(let uid)):
      guard parts.count == 1, case .isType(_, let type, _) = expression.kind else { return false }
      return uid.type != type
    default: return false
    }
  }

  /// The value or failure of an operation whose operands are constant; nil for others.
  private func folded(_ expression: Expression, _ parts: [Part]) -> Part? {
    var values: [CedarValue] = []
    for part in parts {
      switch part {
      case .constant(let value): values.append(value)
      case .failing(let failure): return .failing(failure)
      case .node: return nil
      }
    }
    do {
      return .constant(try Operation(expression, values, store).result())
    } catch {
      return .failing(error)
    }
  }

  // MARK: Operators that leave operands out

  /// Constant operands that change nothing are left out, and everything after one that settles
  /// the result or fails. What is left is still checked to be a bool.
  private mutating func chain(_ expression: Expression) -> Part {
    var isDisjunction = false
    if case .or = expression.kind { isDisjunction = true }
    var nodes: [Int32] = []
    for operand in expression.operands {
      let part = part(operand)
      if case .constant(.bool(let bool)) = part, bool != isDisjunction { continue }
      if nodes.isEmpty, let end = settled(part, operand) { return end }
      nodes.append(node(part, operand))
      guard case .node = part else { break }
    }
    guard !nodes.isEmpty else { return .constant(.bool(!isDisjunction)) }
    let list = appendList(nodes)
    return .node(
      append(isDisjunction ? .or : .and, expression, a: list.start, b: list.count))
  }

  /// What a chain gives whose first operand that matters is constant.
  private func settled(_ part: Part, _ operand: Expression) -> Part? {
    switch part {
    case .node: nil
    case .failing, .constant(.bool): part
    case .constant(let value):
      .failing(.type(expected: "bool", found: value.typeName, at: operand.span))
    }
  }

  private mutating func conditional(_ expression: Expression) -> Part {
    guard case .conditional(let condition, let then, let otherwise) = expression.kind else {
      return .constant(.bool(false))
    }
    let part = part(condition)
    if case .constant(.bool(let bool)) = part { return self.part(bool ? then : otherwise) }
    if let end = settled(part, condition) { return end }
    let nodes = (node(part, condition), node(then), node(otherwise))
    return .node(append(.conditional, expression, a: nodes.0, b: nodes.1, c: nodes.2))
  }
}

extension Expression.Variable {
  fileprivate var code: CompiledNode.Code {
    switch self {
    case .principal: .principal
    case .action: .action
    case .resource: .resource
    case .context: .context
    }
  }
}
