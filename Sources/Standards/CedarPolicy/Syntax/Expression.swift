/// A node of a parsed condition.
///
/// Chains of one operator are one node with many operands, so that their length is no depth.
public struct Expression: Sendable {
  /// What the expression does.
  public let kind: Kind

  /// Where it stands in the text.
  public let span: SourceSpan

  /// Levels below and with this node, at most ``CedarLimits/nesting``.
  let depth: Int16

  /// The forms of the grammar, sugar resolved.
  public indirect enum Kind: Sendable {
    case literal(CedarValue)
    case variable(Variable)
    /// Two or more operands, evaluated from the left until one is false.
    case and([Expression])
    /// Two or more operands, evaluated from the left until one is true.
    case or([Expression])
    case not(Expression)
    case negate(Expression)
    case conditional(condition: Expression, then: Expression, otherwise: Expression)
    case comparison(Comparison, Expression, Expression)
    /// `in`: the right side is an entity or a set of entities.
    case isIn(Expression, Expression)
    case sum(first: Expression, rest: [Term])
    /// Two or more factors.
    case product([Expression])
    case like(Expression, Pattern)
    /// `has`: one attribute, or a path of them.
    case has(Expression, path: [String])
    /// `is`, with the right side of a following `in`.
    case isType(Expression, EntityTypeName, in: Expression?)
    case attribute(Expression, String)
    case set([Expression])
    case record([Field])
    case isEmpty(Expression)
    case setTest(SetTest, Expression, Expression)
    case hasTag(Expression, Expression)
    case getTag(Expression, Expression)
    /// A call of an extension function; a method's receiver is its first argument.
    case call(ExtensionFunction, [Expression])
  }

  /// The variables of a request.
  public enum Variable: String, Sendable, Hashable, CaseIterable {
    case principal, action, resource, context
  }

  /// Operators that compare two values.
  public enum Comparison: String, Sendable, Hashable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  /// Methods of sets that take one argument.
  public enum SetTest: String, Sendable, Hashable, CaseIterable {
    case contains, containsAll, containsAny
  }

  /// A summand after the first.
  public struct Term: Sendable {
    /// Whether the summand is subtracted.
    public let isSubtracted: Bool
    public let value: Expression
  }

  /// An entry of a record literal; names within one literal differ.
  public struct Field: Sendable {
    public let name: String
    public let value: Expression
  }
}

extension Expression {
  init(_ kind: Kind, at span: SourceSpan) {
    self.kind = kind
    self.span = span
    depth = kind.operands.reduce(0) { max($0, $1.depth) } + 1
  }

  /// The expressions that this one is directly made of, in the order of the text.
  public var operands: [Expression] { kind.operands }
}

extension Expression.Kind {
  var operandCount: Int { operands.count }

  fileprivate var operands: [Expression] {
    switch self {
    case .literal, .variable: []
    case .and(let operands), .or(let operands), .product(let operands), .set(let operands),
      .call(_, let operands):
      operands
    case .not(let operand), .negate(let operand), .like(let operand, _), .has(let operand, _),
      .attribute(let operand, _), .isEmpty(let operand), .isType(let operand, _, nil):
      [operand]
    case .comparison(_, let left, let right), .isIn(let left, let right),
      .setTest(_, let left, let right), .hasTag(let left, let right), .getTag(let left, let right),
      .isType(let left, _, .some(let right)):
      [left, right]
    case .conditional(let condition, let then, let otherwise):
      [condition, then, otherwise]
    case .sum(let first, let rest): [first] + rest.map(\.value)
    case .record(let fields): fields.map(\.value)
    }
  }
}
