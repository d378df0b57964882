/// Finds what an expression reads: variables, and the longest paths of attributes from them.
struct FactCollector {
  private let evaluator: Evaluator

  init(_ evaluator: Evaluator) {
    self.evaluator = evaluator
  }

  /// Each thing once, in the order of the text; what cannot be read is left out.
  func facts(of expression: Expression) -> [PolicyExplanation.Fact] {
    var facts: [PolicyExplanation.Fact] = []
    var seen: Set<String> = []
    var open = [expression]
    while let next = open.popLast() {
      guard next.isReading else {
        open += next.operands.reversed()
        continue
      }
      let name = next.description
      guard seen.insert(name).inserted, let value = try? evaluator.value(of: next) else { continue }
      // The whole context says less than nothing.
      if case .variable(.context) = next.kind { continue }
      facts.append(.init(name: name, value: value))
    }
    return facts
  }
}

extension Expression {
  /// Whether the expression is a variable, or attributes and tags read from one.
  fileprivate var isReading: Bool {
    var inner = self
    while true {
      switch inner.kind {
      case .variable: return true
      case .attribute(let operand, _), .getTag(let operand, _): inner = operand
      default: return false
      }
    }
  }
}
