/// Finds the types of a condition's expressions for requests of one environment, as the typechecker
/// of Cedar's validator does in strict mode.
///
/// Its recursion is as deep as the expression, see ``CedarLimits/nesting``.
struct Typechecker {
  let index: SchemaIndex
  var environment: RequestEnvironment
  var report: PolicyReport

  /// For warnings, of all environments.
  var constants = ConstantConditions()

  init(index: SchemaIndex, environment: RequestEnvironment, report: PolicyReport) {
    self.index = index
    self.environment = environment
    self.report = report
  }

  /// What is found of an expression. Without a type there was a mistake, and it is reported.
  struct Found {
    var type: StaticType?
    /// What is known to be there if the expression is true.
    var capabilities = Capabilities()

    init(_ type: StaticType?) { self.type = type }

    init(_ type: StaticType?, _ capabilities: Capabilities) {
      self.type = type
      self.capabilities = capabilities
    }
  }

  /// Chooses only: what the frame of this function holds is on the stack once for each level, so
  /// that each operator takes its operands out of the expression in a function of its own.
  mutating func check(_ expression: Expression, _ known: Capabilities) -> Found {
    switch expression.kind {
    case .and: return conjunction(expression.operands, known)
    case .or: return disjunction(expression.operands, known)
    case .conditional: return conditional(expression.operands, known)
    case .has: return has(expression, known)
    case .hasTag: return hasTag(expression.operands, known)
    default: return Found(plain(expression, known))
    }
  }

  /// Operators whose result says nothing about what is there.
  private mutating func plain(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    switch expression.kind {
    case .literal, .variable: leaf(expression)
    case .not: negation(expression.operands, known)
    case .negate, .sum, .product: arithmetic(expression.operands, known)
    case .comparison: comparison(expression, known)
    case .isIn: membership(expression.operands, known)
    case .like: like(expression.operands, known)
    case .isType: isType(expression, known)
    case .attribute: attribute(expression, known)
    case .set: set(expression, known)
    case .record: record(expression, known)
    case .isEmpty: isEmpty(expression.operands, known)
    case .setTest: setTest(expression, known)
    case .getTag: tag(expression, known)
    case .call: call(expression, known)
    default: nil
    }
  }

  private func leaf(_ expression: Expression) -> StaticType? {
    switch expression.kind {
    case .variable(.principal): .entity(environment.principal)
    case .variable(.action): .entity(environment.action.type)
    case .variable(.resource): .entity(environment.resource)
    case .variable(.context): .record(environment.context)
    case .literal(let value): literal(value)
    default: nil
    }
  }

  /// Names that the schema does not have are reported by ``ReferenceCheck``.
  private func literal(_ value: CedarValue) -> StaticType? {
    switch value {
    case .bool(let value): return .bool(value)
    case .long: return .long
    case .string: return .string
    case .entity(let uid):
      let isKnown =
        uid.type.isOfActions
        ? index.schema.actions[uid] != nil : index.schema.entityTypes[uid.type] != nil
      return isKnown ? .entity(uid.type) : nil
    case .ip: return .ip
    case .decimal: return .decimal
    case .datetime: return .datetime
    case .duration: return .duration
    case .set, .record: return nil
    }
  }

  // MARK: Expectations

  /// A condition: the whole of a clause, or an operand of a logical operator.
  mutating func bool(_ expression: Expression, _ known: Capabilities) -> Found {
    let found = check(expression, known)
    guard let type = found.type else { return found }
    guard case .bool = type else {
      mismatch("`Bool`", type, expression.span)
      return Found(nil)
    }
    constants.note(expression, type)
    return found
  }

  /// Expects one of the types that have no parts.
  mutating func expect(
    _ expression: Expression, _ wanted: StaticType, _ known: Capabilities
  ) -> StaticType? {
    guard let type = check(expression, known).type else { return nil }
    if type.isSamePlainType(as: wanted) { return type }
    mismatch("`\(wanted)`", type, expression.span)
    return nil
  }

  mutating func entity(_ expression: Expression, _ known: Capabilities) -> EntityTypeName? {
    guard let type = check(expression, known).type else { return nil }
    if case .entity(let name) = type { return name }
    mismatch("an entity", type, expression.span)
    return nil
  }

  /// The type of the elements.
  mutating func anySet(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    guard let type = check(expression, known).type else { return nil }
    if case .set(let element) = type { return element }
    mismatch("a set", type, expression.span)
    return nil
  }

  mutating func mismatch(_ wanted: String, _ found: StaticType, _ span: SourceSpan) {
    report.error(.unexpectedType, at: span, "expected \(wanted), found `\(found)`")
  }

  mutating func incompatible(
    _ one: StaticType, _ other: StaticType, _ span: SourceSpan, hint: String
  ) {
    report.error(
      .incompatibleTypes, at: span, "the types `\(one)` and `\(other)` do not go together",
      hint: hint)
  }

  // MARK: Simple operators

  private mutating func negation(
    _ operands: [Expression], _ known: Capabilities
  ) -> StaticType? {
    operands.first.flatMap { negated(bool($0, known).type) }
  }

  private mutating func like(_ operands: [Expression], _ known: Capabilities) -> StaticType? {
    guard let operand = operands.first, expect(operand, .string, known) != nil else { return nil }
    return .bool(nil)
  }

  func negated(_ type: StaticType?) -> StaticType? {
    guard case .bool(let constant)? = type else { return nil }
    return .bool(constant.map { !$0 })
  }
}
