extension Expression: CustomStringConvertible {
  /// The expression in Cedar's syntax, with those parentheses that it needs.
  public var description: String { text(within: .or) }

  /// How tightly an operator binds, from loose to tight.
  private enum Precedence: Int {
    case or, and, relation, sum, product, unary, member
  }

  private func text(within outer: Precedence) -> String {
    let (text, own) = written
    return own.rawValue < outer.rawValue ? "(\(text))" : text
  }

  private func list(_ expressions: [Expression]) -> String {
    expressions.map(\.description).joined(separator: ", ")
  }

  private var written: (String, Precedence) {
    switch kind {
    case .or(let operands): (joined(operands, " || ", .and), .or)
    case .and(let operands): (joined(operands, " && ", .relation), .and)
    case .conditional(let condition, let then, let otherwise):
      // Its branches reach as far as they can, so that it is looser than anything else.
      ("if \(condition) then \(then) else \(otherwise)", .or)
    case .product(let operands): (joined(operands, " * ", .unary), .product)
    case .sum(let first, let rest): (sum(first, rest), .sum)
    case .not(let operand): ("!\(operand.text(within: .member))", .unary)
    case .negate(let operand): ("-\(operand.negationOperand)", .unary)
    case .comparison, .isIn, .like, .has, .isType: (relation, .relation)
    case .literal(.long(let value)) where value < 0: ("\(value)", .unary)
    default: (member, .member)
    }
  }

  /// `-5` would be one number, and `--5` is not what `-(-5)` says.
  private var negationOperand: String {
    switch kind {
    case .literal(.long), .negate, .not: "(\(self))"
    default: text(within: .member)
    }
  }

  private func joined(
    _ operands: [Expression], _ separator: String, _ inner: Precedence
  ) -> String {
    operands.map { $0.conditionalOrText(within: inner) }.joined(separator: separator)
  }

  private func conditionalOrText(within outer: Precedence) -> String {
    if case .conditional = kind { return "(\(self))" }
    return text(within: outer)
  }

  private func sum(_ first: Expression, _ rest: [Term]) -> String {
    rest.reduce(first.conditionalOrText(within: .product)) { text, term in
      "\(text) \(term.isSubtracted ? "-" : "+") \(term.value.conditionalOrText(within: .product))"
    }
  }

  private var relation: String {
    switch kind {
    case .comparison(let comparison, let left, let right):
      "\(left.side) \(comparison.rawValue) \(right.side)"
    case .isIn(let left, let right): "\(left.side) in \(right.side)"
    case .like(let operand, let pattern): "\(operand.side) like \(pattern)"
    case .has(let operand, let path): "\(operand.side) has \(Self.path(path))"
    case .isType(let operand, let type, let container):
      "\(operand.side) is \(type)" + (container.map { " in \($0.side)" } ?? "")
    default: ""
    }
  }

  /// A side of a relation; relations do not chain.
  private var side: String { conditionalOrText(within: .sum) }

  /// One name may be any text; a longer path has identifiers only.
  private static func path(_ names: [String]) -> String {
    guard names.count == 1, let only = names.first else { return names.joined(separator: ".") }
    return only.isCedarIdentifier ? only : only.cedarLiteral
  }

  private var member: String {
    switch kind {
    case .literal(let value): value.literalText
    case .variable(let variable): variable.rawValue
    case .attribute(let operand, let name):
      name.isCedarIdentifier
        ? "\(operand.receiver).\(name)" : "\(operand.receiver)[\(name.cedarLiteral)]"
    case .set(let elements): "[\(list(elements))]"
    case .record(let fields):
      "{"
        + fields.map { field in
          let name = field.name
          return "\(name.isCedarIdentifier ? name : name.cedarLiteral): \(field.value)"
        }.joined(separator: ", ") + "}"
    case .isEmpty(let operand): "\(operand.receiver).isEmpty()"
    case .setTest(let test, let left, let right): "\(left.receiver).\(test.rawValue)(\(right))"
    case .hasTag(let left, let right): "\(left.receiver).hasTag(\(right))"
    case .getTag(let left, let right): "\(left.receiver).getTag(\(right))"
    case .call(let function, let arguments): call(function, arguments)
    default: ""
    }
  }

  /// What stands before a dot.
  private var receiver: String { conditionalOrText(within: .member) }

  private func call(_ function: ExtensionFunction, _ arguments: [Expression]) -> String {
    guard function.isMethod, let receiver = arguments.first else {
      return "\(function.rawValue)(\(list(arguments)))"
    }
    return "\(receiver.receiver).\(function.rawValue)(\(list(Array(arguments.dropFirst()))))"
  }
}

extension CedarValue {
  /// The value of a literal in Cedar's syntax; other values have none of their own.
  fileprivate var literalText: String {
    switch self {
    case .bool(let value): "\(value)"
    case .long(let value): "\(value)"
    case .string(let value): value.cedarLiteral
    case .entity(let uid): uid.description
    default: json
    }
  }
}

extension CedarValue: CustomStringConvertible {
  /// The value in Cedar's syntax, elements of sets in the order of their texts.
  public var description: String {
    switch self {
    case .bool, .long, .string, .entity: literalText
    case .set(let elements):
      "[" + elements.map(\.description).sorted(by: codePointsPrecede).joined(separator: ", ") + "]"
    case .record(let record): record.description
    case .ip(let value): "ip(\(value.description.cedarLiteral))"
    case .decimal(let value): "decimal(\(value.description.cedarLiteral))"
    case .duration(let value): "duration(\(value.description.cedarLiteral))"
    case .datetime(let value):
      "datetime(\"1970-01-01\").offset(duration(\"\(value.millisecondsSince1970)ms\"))"
    }
  }
}

extension CedarRecord: CustomStringConvertible {
  /// The record in Cedar's syntax.
  public var description: String {
    let written = fields.map { field in
      let name = field.name.isCedarIdentifier ? field.name : field.name.cedarLiteral
      return "\(name): \(field.value)"
    }
    return "{\(written.joined(separator: ", "))}"
  }
}

extension String {
  /// Whether the text may stand as a name without quotation marks.
  var isCedarIdentifier: Bool {
    guard let first = utf8.first, !(0x30...0x39).contains(first) else { return false }
    return utf8.allSatisfy(\.isIdentifierByte) && !TokenKind.word(self).isReserved
  }
}
