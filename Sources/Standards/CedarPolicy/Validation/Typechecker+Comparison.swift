extension Typechecker {
  mutating func arithmetic(_ operands: [Expression], _ known: Capabilities) -> StaticType? {
    var isValid = true
    for operand in operands where expect(operand, .long, known) == nil { isValid = false }
    return isValid ? .long : nil
  }

  mutating func comparison(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    switch expression.kind {
    case .comparison(.equal, _, _): equality(expression.operands, known)
    case .comparison(.notEqual, _, _): negated(equality(expression.operands, known))
    default: order(expression.operands, known)
    }
  }

  private mutating func order(
    _ operands: [Expression], _ known: Capabilities
  ) -> StaticType? {
    guard operands.count == 2 else { return nil }
    let (left, right) = (operands[0], operands[1])
    let first = check(left, known).type
    guard let first else {
      _ = check(right, known)
      return nil
    }
    switch first {
    case .long, .datetime, .duration:
      return expect(right, first, known) == nil ? nil : .bool(nil)
    default:
      mismatch("a `Long`, `datetime` or `duration`", first, left.span)
      _ = check(right, known)
      return nil
    }
  }

  private mutating func equality(
    _ operands: [Expression], _ known: Capabilities
  ) -> StaticType? {
    guard operands.count == 2 else { return nil }
    let one = check(operands[0], known).type
    let other = check(operands[1], known).type
    guard let one, let other else { return nil }
    return equality(operands[0], one, operands[1], other)
  }

  private mutating func equality(
    _ left: Expression, _ one: StaticType, _ right: Expression, _ other: StaticType
  ) -> StaticType? {
    if let constant = constantEquality(left, one, right, other) { return .bool(constant) }
    let span = left.span.through(right.span)
    return agree(one, other, span, hint: "`==` and `!=` compare values of one type")
      ? .bool(nil) : nil
  }

  /// The result of `==` where it is always the same.
  private func constantEquality(
    _ left: Expression, _ one: StaticType, _ right: Expression, _ other: StaticType
  ) -> Bool? {
    if case .entity(let first) = one, case .entity(let second) = other, first != second {
      return false
    }
    // `1 == 1` and `1 == "1"` are both no matter of types.
    guard let first = constant(left), let second = constant(right) else { return nil }
    return first == second
  }

  /// The value of a literal, and of the action, which is one for all requests of an environment.
  private func constant(_ expression: Expression) -> CedarValue? {
    switch expression.kind {
    case .literal(let value): value
    case .and(let operands): truths(operands).map { .bool($0.allSatisfy(\.self)) }
    case .or(let operands): truths(operands).map { .bool($0.contains(true)) }
    default: constantEntity(expression).map { .entity($0) }
    }
  }

  /// The operands of `&&` or `||` if none is anything but `true` and `false`; Cedar's parser makes
  /// one literal of them.
  private func truths(_ operands: [Expression]) -> [Bool]? {
    var truths: [Bool] = []
    for operand in operands {
      guard case .bool(let truth)? = constant(operand) else { return nil }
      truths.append(truth)
    }
    return truths
  }

  /// The entity that an expression names, the action of the environment included.
  func constantEntity(_ expression: Expression) -> EntityUID? {
    switch expression.kind {
    case .literal(.entity(let uid)): uid
    case .variable(.action): environment.action
    default: nil
    }
  }

  /// Whether two types go together; reports it where they do not.
  private mutating func agree(
    _ one: StaticType, _ other: StaticType, _ span: SourceSpan, hint: String
  ) -> Bool {
    guard StaticType.common(one, other) == nil else { return true }
    incompatible(one, other, span, hint: hint)
    return false
  }

  mutating func isEmpty(_ operands: [Expression], _ known: Capabilities) -> StaticType? {
    guard let operand = operands.first, anySet(operand, known) != nil else { return nil }
    return .bool(nil)
  }

  mutating func setTest(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    guard case .setTest(let test, let left, let right) = expression.kind else { return nil }
    let element = anySet(left, known)
    let other = test == .contains ? check(right, known).type : anySet(right, known)
    guard let element, let other else { return nil }
    let hint = "`\(test.rawValue)` looks for elements of the set's own type"
    return agree(element, other, left.span.through(right.span), hint: hint) ? .bool(nil) : nil
  }

  mutating func set(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    var types: [StaticType] = []
    let elements = expression.operands
    for element in elements {
      if let type = check(element, known).type { types.append(type) }
    }
    return types.count == elements.count ? set(of: types, expression.span) : nil
  }

  private mutating func set(of types: [StaticType], _ span: SourceSpan) -> StaticType? {
    guard var common = types.first else {
      report.error(
        .emptySet, at: span, "an empty set has no type", hint: "`.isEmpty()` tests for one")
      return nil
    }
    for type in types.dropFirst() {
      guard let both = StaticType.common(common, type) else {
        incompatible(common, type, span, hint: "all elements of a set must have one type")
        return nil
      }
      common = both
    }
    return .set(common)
  }

  mutating func record(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    guard case .record(let fields) = expression.kind else { return nil }
    var typed: [RecordShape.Field] = []
    for field in fields {
      guard let type = check(field.value, known).type else { continue }
      typed.append(RecordShape.Field(name: field.name, type: type, isRequired: true))
    }
    guard typed.count == fields.count else { return nil }
    return .record(RecordShape(typed.sorted { codePointsPrecede($0.name, $1.name) }))
  }
}
