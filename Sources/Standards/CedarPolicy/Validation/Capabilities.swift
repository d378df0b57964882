/// The optional attributes and tags that are known to be there where an expression is evaluated.
struct Capabilities {
  // As bytes, because Swift's strings are equal where Cedar's are not (`é` in its two spellings).
  private var keys: Set<[UInt8]> = []
  private var isEverything = false

  /// For what stands behind a mistake, which would otherwise be reported again with each access.
  static var all: Capabilities {
    var all = Capabilities()
    all.isEverything = true
    return all
  }

  mutating func formUnion(_ other: Capabilities) {
    isEverything = isEverything || other.isEverything
    guard !other.keys.isEmpty else { return }
    keys.formUnion(other.keys)
  }

  func union(_ other: Capabilities) -> Capabilities {
    var union = self
    union.formUnion(other)
    return union
  }

  func intersection(_ other: Capabilities) -> Capabilities {
    if isEverything { return other }
    if other.isEverything { return self }
    var common = Capabilities()
    common.keys = keys.intersection(other.keys)
    return common
  }

  mutating func insert(_ key: Signature) { keys.insert(key.bytes) }

  func contains(_ key: @autoclosure () -> Signature) -> Bool {
    if isEverything { return true }
    return !keys.isEmpty && keys.contains(key().bytes)
  }
}

/// A text that two expressions share exactly if Cedar takes them for the same.
///
/// Cedar compares what it makes of them: `a > b` is `!(a <= b)`, and the order of a record's fields
/// does not count.
struct Signature {
  private(set) var bytes: [UInt8] = []

  init(_ expression: Expression) { append(expression) }

  /// That of an attribute of the expression of a signature.
  func attribute(_ name: String) -> Signature {
    var signature = self
    signature.append(".\(name.cedarLiteral)")
    return signature
  }

  func tag(_ name: Expression) -> Signature {
    var signature = self
    signature.append("#")
    signature.append(name)
    return signature
  }

  private mutating func append(_ text: String) { bytes += text.utf8 }

  private mutating func append(_ expression: Expression) {
    switch expression.kind {
    case .literal(let value): append(Self.text(of: value))
    case .variable(let variable): append(variable.rawValue)
    case .attribute(let operand, let name):
      append(operand)
      append(".\(name.cedarLiteral)")
    case .and(let operands): append(chain: operands, Array(repeating: "&&", count: operands.count))
    case .or(let operands): append(chain: operands, Array(repeating: "||", count: operands.count))
    case .product(let operands):
      append(chain: operands, Array(repeating: "*", count: operands.count))
    case .sum(let first, let rest):
      append(chain: [first] + rest.map(\.value), [""] + rest.map { $0.isSubtracted ? "-" : "+" })
    case .record(let fields): append(fields)
    default: append(expression.kind.head, expression.operands)
    }
  }

  private mutating func append(_ head: String, _ operands: [Expression]) {
    append(head)
    append("(")
    for operand in operands {
      append(operand)
      append(",")
    }
    // A comparison that Cedar makes of its opposite is written as the negation that it is.
    append(head.hasPrefix("!(") ? "),)" : ")")
  }

  /// Chains group from the left.
  private mutating func append(chain operands: [Expression], _ operators: [String]) {
    append(String(repeating: "(", count: max(0, operands.count - 1)))
    for (index, operand) in operands.enumerated() {
      if index > 0 { append(operators[index]) }
      append(operand)
      if index > 0 { append(")") }
    }
  }

  private mutating func append(_ fields: [Expression.Field]) {
    append("{")
    for field in fields.sorted(by: { codePointsPrecede($0.name, $1.name) }) {
      append("\(field.name.cedarLiteral):")
      append(field.value)
      append(",")
    }
    append("}")
  }

  private static func text(of value: CedarValue) -> String {
    switch value {
    case .bool(let value): "\(value)"
    case .long(let value): "\(value)"
    case .string(let value): value.cedarLiteral
    case .entity(let uid): uid.description
    // Literals of other types do not occur in expressions.
    default: value.typeName
    }
  }
}

extension Expression.Kind {
  /// The operator with everything that is no operand.
  fileprivate var head: String {
    switch self {
    case .not: "!"
    case .negate: "-"
    case .conditional: "if"
    case .comparison(.notEqual, _, _): "!(=="
    case .comparison(.greater, _, _): "!(<="
    case .comparison(.greaterOrEqual, _, _): "!(<"
    case .comparison(let comparison, _, _): comparison.rawValue
    case .isIn: "in"
    case .like(_, let pattern): "like \(pattern)"
    case .has(_, let path): "has " + path.map(\.cedarLiteral).joined(separator: ".")
    case .isType(_, let type, let container): "is \(type)\(container == nil ? "" : " in")"
    case .set: "set"
    case .isEmpty: "isEmpty"
    case .setTest(let test, _, _): test.rawValue
    case .hasTag: "hasTag"
    case .getTag: "getTag"
    case .call(let function, _): function.rawValue
    case .literal, .variable, .attribute, .and, .or, .sum, .product, .record: ""
    }
  }
}
