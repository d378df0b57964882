extension Operation {
  func negation() throws(EvaluationFailure) -> CedarValue {
    let (result, overflow) = Int64(0).subtractingReportingOverflow(try long(0))
    guard !overflow else { throw .overflow(operation: "a negation", at: span) }
    return .long(result)
  }

  /// - Parameter rest: the summands after the first, for their signs.
  func sum(_ rest: [Expression.Term]) throws(EvaluationFailure) -> CedarValue {
    var total = try long(0)
    for (index, term) in rest.enumerated() {
      let operand = try long(index + 1)
      let (result, overflow) =
        term.isSubtracted
        ? total.subtractingReportingOverflow(operand) : total.addingReportingOverflow(operand)
      guard !overflow else {
        throw .overflow(operation: term.isSubtracted ? "a subtraction" : "an addition", at: span)
      }
      total = result
    }
    return .long(total)
  }

  func product() throws(EvaluationFailure) -> CedarValue {
    var total: Int64 = 1
    for index in values.indices {
      let (result, overflow) = total.multipliedReportingOverflow(by: try long(index))
      guard !overflow else { throw .overflow(operation: "a multiplication", at: span) }
      total = result
    }
    return .long(total)
  }

  func compare(_ comparison: Expression.Comparison) throws(EvaluationFailure) -> Bool {
    switch comparison {
    case .equal: return try value(0) == value(1)
    case .notEqual: return try value(0) != value(1)
    case .less: return try isLess(0, 1)
    case .lessOrEqual: return !(try isLess(1, 0))
    case .greater: return try isLess(1, 0)
    case .greaterOrEqual: return !(try isLess(0, 1))
    }
  }

  /// The order of two longs, instants or durations; other types have none.
  private func isLess(_ one: Int, _ other: Int) throws(EvaluationFailure) -> Bool {
    let values = (try value(one), try value(other))
    switch values {
    case (.long(let one), .long(let other)): return one < other
    case (.datetime(let one), .datetime(let other)): return one < other
    case (.duration(let one), .duration(let other)): return one < other
    case (.long, _), (.datetime, _), (.duration, _):
      throw mismatch(values.0.typeName, other)
    default:
      throw mismatch("long, datetime or duration", one)
    }
  }
}
