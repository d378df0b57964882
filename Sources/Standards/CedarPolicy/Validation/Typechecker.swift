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

    init(_ type: StaticType?, _ capabilities: Capabilities = Capabilities()) {
      self.type = type
      self.capabilities = capabilities
    }
  }

  mutating func check(_ expression: Expression, _ known: Capabilities) -> Found {
    switch expression.kind {
    case .literal, .variable: Found(leaf(expression))
    case .and(let operands): conjunction(operands, known)
    case .or(let operands): disjunction(operands, known)
    case .conditional: conditional(expression, known)
    case .has(let operand, let path): has(operand, path, expression.span, known)
    case .hasTag(let entity, let name): hasTag(entity, name, known)
    default: Found(plain(expression, known))
    }
  }

  /// Operators whose result says nothing about what is there.
  private mutating func plain(_ expression: Expression, _ known: Capabilities) -> StaticType? {
    switch expression.kind {
    case .not(let operand): return negated(bool(operand, known).type)
    case .negate(let operand): return expect(operand, .long, known)
    case .sum, .product: return arithmetic(expression.operands, known)
    case .comparison(let comparison, let left, let right):
      return compare(comparison, left, right, known)
    case .isIn(let left, let right): return membership(left, right, known)
    case .like(let operand, _): return expect(operand, .string, known) == nil ? nil : .bool(nil)
    case .isType(let operand, let type, let container):
      return isType(operand, type, container, known)
    case .attribute(let operand, let name):
      return attribute(name, of: operand, expression.span, known)
    case .set(let elements): return set(elements, expression.span, known)
    case .record(let fields): return record(fields, known)
    case .isEmpty(let operand): return anySet(operand, known) == nil ? nil : .bool(nil)
    case .setTest(let test, let left, let right): return setTest(test, left, right, known)
    case .getTag(let entity, let name): return tag(entity, name, expression.span, known)
    case .call(let function, let arguments):
      return call(function, arguments, expression.span, known)
    default: return nil
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

  func negated(_ type: StaticType?) -> StaticType? {
    guard case .bool(let constant)? = type else { return nil }
    return .bool(constant.map { !$0 })
  }
}
