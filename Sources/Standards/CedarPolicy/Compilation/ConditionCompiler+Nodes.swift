extension ConditionCompiler {
  /// The node of a part, appended if it is a constant or a failure.
  mutating func node(_ part: Part, _ expression: Expression) -> Int32 {
    switch part {
    case .node(let node): return node
    case .constant(let value):
      let place = Int32(clamping: code.constants.count)
      code.constants.append(builder.pooled(value))
      return append(.constant, expression, a: place)
    case .failing(let failure):
      let place = Int32(clamping: code.failures.count)
      code.failures.append(failure)
      return append(.failure, expression, a: place)
    }
  }

  mutating func append(
    _ nodeCode: CompiledNode.Code, _ expression: Expression, a: Int32 = 0, b: Int32 = 0,
    c: Int32 = 0
  ) -> Int32 {
    code.nodes.append(
      CompiledNode(code: nodeCode, isPooled: isPooled(nodeCode, of: a), a: a, b: b, c: c))
    code.expressions.append(expression)
    return Int32(clamping: code.nodes.count - 1)
  }

  /// Attributes of what is pooled are pooled with it.
  private func isPooled(_ nodeCode: CompiledNode.Code, of operand: Int32) -> Bool {
    switch nodeCode {
    case .constant, .principal, .action, .resource, .sum, .difference, .product: true
    case .attribute: code.nodes[Int(operand)].isPooled
    default: nodeCode.isTest
    }
  }

  mutating func appendList(_ items: [Int32]) -> Extent {
    let slice = Extent(code.lists.count, count: items.count)
    code.lists += items
    return slice
  }

  /// The code of an operation that depends on the request.
  mutating func emit(_ expression: Expression, _ parts: [Part]) -> Int32 {
    var nodes: [Int32] = []
    for (part, operand) in zip(parts, expression.operands) { nodes.append(node(part, operand)) }
    // A failing operand ended the list; evaluating what there is fails.
    guard nodes.count == expression.operands.count else { return general(expression, nodes) }
    return testNode(expression, nodes) ?? valueNode(expression, nodes)
      ?? general(expression, nodes)
  }

  private mutating func general(_ expression: Expression, _ nodes: [Int32]) -> Int32 {
    let list = appendList(nodes)
    return append(.operation, expression, a: list.start, b: list.count)
  }

  private mutating func valueNode(_ expression: Expression, _ nodes: [Int32]) -> Int32? {
    guard let first = nodes.first else { return nil }
    switch expression.kind {
    case .attribute(_, let name):
      let number = builder.number(ofText: name)
      let isContext = code.nodes[Int(first)].code == .context
      return append(isContext ? .contextAttribute : .attribute, expression, a: first, b: number)
    case .getTag: return binary(.tag, expression, nodes)
    case .product: return binary(.product, expression, nodes)
    case .sum(_, let rest):
      return binary(rest.first?.isSubtracted == true ? .difference : .sum, expression, nodes)
    default: return nil
    }
  }

  private mutating func testNode(_ expression: Expression, _ nodes: [Int32]) -> Int32? {
    switch expression.kind {
    case .comparison(let comparison, _, _): binary(comparison.code, expression, nodes)
    case .isIn: binary(.isIn, expression, nodes)
    case .setTest(let test, _, _): binary(test.code, expression, nodes)
    case .hasTag: binary(.hasTag, expression, nodes)
    case .call(let function, _): call(function, expression, nodes)
    default: unaryTest(expression, nodes)
    }
  }

  private mutating func unaryTest(_ expression: Expression, _ nodes: [Int32]) -> Int32? {
    guard let first = nodes.first else { return nil }
    switch expression.kind {
    case .not: return append(.not, expression, a: first)
    case .isEmpty: return append(.isEmpty, expression, a: first)
    case .like(_, let pattern):
      code.patterns.append(CompiledPattern(pattern))
      return append(.like, expression, a: first, b: Int32(clamping: code.patterns.count - 1))
    case .has(_, let path):
      var names: [Int32] = []
      for name in path { names.append(builder.number(ofText: name)) }
      let list = appendList(names)
      return append(.has, expression, a: first, b: list.start, c: list.count)
    case .isType(_, let type, let container):
      let number = builder.number(ofType: type)
      guard container != nil else { return append(.isType, expression, a: first, b: number) }
      return nodes.count == 2
        ? append(.isTypeIn, expression, a: first, b: number, c: nodes[1]) : nil
    default: return nil
    }
  }

  /// The methods that compare decimals are comparisons of pooled values, with `c` set.
  private mutating func call(
    _ function: ExtensionFunction, _ expression: Expression, _ nodes: [Int32]
  ) -> Int32? {
    switch function {
    case .isInRange: binary(.isInRange, expression, nodes)
    case .lessThan: binary(.less, expression, nodes, c: 1)
    case .lessThanOrEqual: binary(.lessOrEqual, expression, nodes, c: 1)
    case .greaterThan: binary(.greater, expression, nodes, c: 1)
    case .greaterThanOrEqual: binary(.greaterOrEqual, expression, nodes, c: 1)
    default: nil
    }
  }

  private mutating func binary(
    _ nodeCode: CompiledNode.Code, _ expression: Expression, _ nodes: [Int32], c: Int32 = 0
  ) -> Int32? {
    nodes.count == 2 ? append(nodeCode, expression, a: nodes[0], b: nodes[1], c: c) : nil
  }
}

extension Expression.Comparison {
  fileprivate var code: CompiledNode.Code {
    switch self {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    }
  }
}

extension Expression.SetTest {
  fileprivate var code: CompiledNode.Code {
    switch self {
    case .contains: .contains
    case .containsAll: .containsAll
    case .containsAny: .containsAny
    }
  }
}
