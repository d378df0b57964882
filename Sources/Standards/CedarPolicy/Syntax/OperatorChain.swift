/// Operands and operators of one expression, combined by precedence as they arrive.
///
/// From loose to tight: `||`, `&&`, one comparison, `+` and `-`, `*`. A chain keeps the open part
/// of each level, so that an expression costs one stack frame and not one for each level.
struct OperatorChain {
  /// A comparison that waits for its right side.
  enum Relation {
    case comparison(Expression.Comparison)
    case isIn
    case isTypeIn(EntityTypeName)
  }

  private var disjuncts: [Expression] = []
  private var conjuncts: [Expression] = []
  private var left: (operand: Expression, relation: Relation)?
  private var firstTerm: Expression?
  private var terms: [Expression.Term] = []
  private var isSubtracting = false
  private var factors: [Expression] = []

  /// Whether a comparison is complete, so that only `&&`, `||` or the end may follow.
  private(set) var isComplete = false

  /// Whether a comparison waits for its right side.
  var isComparing: Bool { left != nil }

  mutating func append(_ operand: Expression) {
    factors.append(operand)
  }

  /// After `+` or `-`.
  mutating func beginTerm(isSubtracted: Bool) {
    endTerm()
    isSubtracting = isSubtracted
  }

  /// After an operator that compares; the right side follows.
  mutating func beginRelation(_ relation: Relation) {
    guard let operand = endSum() else { return }
    left = (operand, relation)
  }

  /// Makes a comparison whose right side is no expression: `has`, `like`, `is` without `in`.
  mutating func completeRelation(
    through end: SourceSpan, _ kind: (Expression) -> Expression.Kind
  ) {
    guard let operand = endSum() else { return }
    factors = [Expression(kind(operand), at: operand.span.through(end))]
    isComplete = true
  }

  /// After `&&`.
  mutating func beginConjunct() {
    guard let relation = endRelation() else { return }
    conjuncts.append(relation)
  }

  /// After `||`.
  mutating func beginDisjunct() {
    guard let conjunction = endConjunction() else { return }
    disjuncts.append(conjunction)
  }

  /// The whole expression; nil if no operand was given.
  mutating func end() -> Expression? {
    guard let last = endConjunction() else { return nil }
    disjuncts.append(last)
    return Self.joined(disjuncts) { .or($0) }
  }

  private mutating func endConjunction() -> Expression? {
    guard let last = endRelation() else { return nil }
    conjuncts.append(last)
    defer { conjuncts = [] }
    return Self.joined(conjuncts) { .and($0) }
  }

  private mutating func endRelation() -> Expression? {
    guard let right = endSum() else { return nil }
    isComplete = false
    guard let (operand, relation) = left else { return right }
    left = nil
    let kind: Expression.Kind =
      switch relation {
      case .comparison(let comparison): .comparison(comparison, operand, right)
      case .isIn: .isIn(operand, right)
      case .isTypeIn(let type): .isType(operand, type, in: right)
      }
    return Expression(kind, at: operand.span.through(right.span))
  }

  private mutating func endSum() -> Expression? {
    endTerm()
    defer {
      firstTerm = nil
      terms = []
      isSubtracting = false
    }
    guard let first = firstTerm, let last = terms.last else { return firstTerm }
    return Expression(
      .sum(first: first, rest: terms), at: first.span.through(last.value.span))
  }

  private mutating func endTerm() {
    guard let product = Self.joined(factors, { .product($0) }) else { return }
    factors = []
    if firstTerm == nil {
      firstTerm = product
    } else {
      terms.append(Expression.Term(isSubtracted: isSubtracting, value: product))
    }
  }

  private static func joined(
    _ operands: [Expression], _ kind: ([Expression]) -> Expression.Kind
  ) -> Expression? {
    guard let first = operands.first, let last = operands.last else { return nil }
    return operands.count == 1
      ? first : Expression(kind(operands), at: first.span.through(last.span))
  }
}
