/// The conditions that were always true, or always false, in all environments so far.
///
/// Only those without parts that are conditions themselves, so that one reason is found once.
struct ConstantConditions {
  private var values: [SourceSpan: Bool?] = [:]

  mutating func note(_ expression: Expression, _ type: StaticType) {
    guard case .bool(let value) = type, expression.kind.isPlainCondition else { return }
    guard let before = values[expression.span] else {
      values[expression.span] = .some(value)
      return
    }
    if before != value { values[expression.span] = .some(nil) }
  }

  /// In the order of the text.
  var all: [(span: SourceSpan, value: Bool)] {
    values.compactMap { span, value in value.map { (span, $0) } }
      .sorted { ($0.span.offset, $0.span.length) < ($1.span.offset, $1.span.length) }
  }
}

extension Expression.Kind {
  /// A condition that is neither made of others nor written as a constant.
  fileprivate var isPlainCondition: Bool {
    switch self {
    case .and, .or, .not, .conditional, .literal: false
    default: true
    }
  }
}
