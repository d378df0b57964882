/// Reads expressions in Cedar's JSON format: objects whose one member is the operator.
struct ExpressionReader {
  let values: ValueReader

  private var document: JSONDocument { values.document }

  func expression(_ node: JSONNode, level: Int = 0) throws(CedarParseError) -> Expression {
    let members = try document.members(node, "an expression")
    guard level < CedarLimits.nesting else { throw tooDeep(node) }
    guard members.count == 1, let only = members.first else {
      throw document.error(
        "an expression is an object with one member, its operator", at: node.span)
    }
    let expression = Expression(try kind(only, level), at: node.span)
    guard expression.depth <= CedarLimits.nesting else { throw tooDeep(node) }
    return expression
  }

  private func tooDeep(_ node: JSONNode) -> CedarParseError {
    document.error(
      "the expression is nested too deeply, expected at most \(CedarLimits.nesting) levels",
      at: node.span)
  }

  private func kind(
    _ member: JSONNode.Member, _ level: Int
  ) throws(CedarParseError) -> Expression.Kind {
    switch member.name {
    case "Value": return try literal(member.value, level)
    case "Var": return try variable(member.value)
    case "&&": return .and(try chain("&&", member.value, level))
    case "||": return .or(try chain("||", member.value, level))
    case "*": return .product(try chain("*", member.value, level))
    case "+", "-": return try sum(member, level)
    case "!": return .not(try only(member.value, level))
    case "neg": return .negate(try only(member.value, level))
    case "isEmpty": return .isEmpty(try only(member.value, level))
    case "if-then-else": return try conditional(member.value, level)
    case "Set": return .set(try list(member.value, level))
    case "Record": return .record(try fields(member.value, level))
    case ".", "has", "like", "is": return try access(member, level)
    default: return try named(member, level)
    }
  }

  private func named(
    _ member: JSONNode.Member, _ level: Int
  ) throws(CedarParseError) -> Expression.Kind {
    if let comparison = Expression.Comparison(rawValue: member.name) {
      let (left, right) = try pair(member.value, level)
      return .comparison(comparison, left, right)
    }
    if let test = Expression.SetTest(rawValue: member.name) {
      let (left, right) = try pair(member.value, level)
      return .setTest(test, left, right)
    }
    if let function = ExtensionFunction(rawValue: member.name) {
      return .call(function, try list(member.value, level))
    }
    switch member.name {
    case "in":
      let (left, right) = try pair(member.value, level)
      return .isIn(left, right)
    case "hasTag":
      let (left, right) = try pair(member.value, level)
      return .hasTag(left, right)
    case "getTag":
      let (left, right) = try pair(member.value, level)
      return .getTag(left, right)
    default: throw unknown(member)
    }
  }

  private func unknown(_ member: JSONNode.Member) -> CedarParseError {
    let known =
      ["Value", "Var", "if-then-else", "Set", "Record", "has", "like", "is", "isEmpty", "neg"]
      + ExtensionFunction.allCases.map(\.rawValue) + Expression.SetTest.allCases.map(\.rawValue)
    let hint = member.name == "Slot" ? "slots stand in the scope only" : nil
    return document.error(
      "unknown operator \(document.source.quoted(member.name))", at: member.span,
      hint: hint ?? nearest(member.name, among: known).map { "did you mean `\($0)`?" })
  }

  // MARK: Leaves

  private func variable(_ node: JSONNode) throws(CedarParseError) -> Expression.Kind {
    let name = try document.string(node, "a variable")
    guard let variable = Expression.Variable(rawValue: name) else {
      throw document.error(
        "expected `principal`, `action`, `resource` or `context`, "
          + "found \(document.source.quoted(name))", at: node.span)
    }
    return .variable(variable)
  }

  /// What text has as a literal is one; a set, a record or an extension value is an expression.
  private func literal(
    _ node: JSONNode, _ level: Int
  ) throws(CedarParseError) -> Expression.Kind {
    let value = try values.value(node, as: nil, level: level)
    guard let kind = value.expressionKind(at: node.span) else {
      throw document.error("expected a value that policies can write", at: node.span)
    }
    return kind
  }

  // MARK: Operands

  private func only(_ node: JSONNode, _ level: Int) throws(CedarParseError) -> Expression {
    let object = try document.object(node, "an operator's operand", known: ["arg"])
    return try expression(try object.required("arg"), level: level + 1)
  }

  private func pair(
    _ node: JSONNode, _ level: Int
  ) throws(CedarParseError) -> (Expression, Expression) {
    let object = try document.object(node, "an operator's operands", known: ["left", "right"])
    return (
      try expression(try object.required("left"), level: level + 1),
      try expression(try object.required("right"), level: level + 1)
    )
  }

  private func list(_ node: JSONNode, _ level: Int) throws(CedarParseError) -> [Expression] {
    var expressions: [Expression] = []
    for element in try document.array(node, "an array of expressions") {
      expressions.append(try expression(element, level: level + 1))
    }
    return expressions
  }

  private func fields(
    _ node: JSONNode, _ level: Int
  ) throws(CedarParseError) -> [Expression.Field] {
    var fields: [Expression.Field] = []
    for member in try document.members(node, "an object of expressions") {
      fields.append(
        .init(name: member.name, value: try expression(member.value, level: level + 1)))
    }
    return fields
  }

  private func conditional(
    _ node: JSONNode, _ level: Int
  ) throws(CedarParseError) -> Expression.Kind {
    let object = try document.object(node, "an `if`", known: ["if", "then", "else"])
    return .conditional(
      condition: try expression(try object.required("if"), level: level + 1),
      then: try expression(try object.required("then"), level: level + 1),
      otherwise: try expression(try object.required("else"), level: level + 1))
  }

  private func access(
    _ member: JSONNode.Member, _ level: Int
  ) throws(CedarParseError) -> Expression.Kind {
    let object = try document.object(
      member.value, "an operator's operands",
      known: ["left", "attr", "pattern", "entity_type", "in"])
    let left = try expression(try object.required("left"), level: level + 1)
    switch member.name {
    case ".": return .attribute(left, try object.string("attr"))
    case "has": return .has(left, path: [try object.string("attr")])
    case "like": return .like(left, try pattern(try object.required("pattern")))
    default:
      let type = try values.typeName(try object.required("entity_type"))
      guard let container = object["in"] else { return .isType(left, type, in: nil) }
      return .isType(left, type, in: try expression(container, level: level + 1))
    }
  }

  /// An array of `"Wildcard"` and `{"Literal": ...}`.
  private func pattern(_ node: JSONNode) throws(CedarParseError) -> Pattern {
    var elements: [Pattern.Element] = []
    for element in try document.array(node, "a pattern as an array") {
      if case .string("Wildcard") = element.kind {
        elements.append(.wildcard)
        continue
      }
      let object = try document.object(element, "a piece of a pattern", known: ["Literal"])
      elements += try object.string("Literal").unicodeScalars.map { .scalar($0) }
    }
    return Pattern(elements)
  }

  // MARK: Chains

  /// The operands of an operator that stands again on its left side, the first one first: their
  /// number is no depth.
  private func spine(
    _ names: Set<String>, _ member: JSONNode.Member
  ) throws(CedarParseError) -> (first: JSONNode, rest: [(operator: String, operand: JSONNode)]) {
    var rest: [(operator: String, operand: JSONNode)] = []
    var next = member
    while true {
      let object = try document.object(
        next.value, "an operator's operands", known: ["left", "right"])
      rest.append((next.name, try object.required("right")))
      let left = try object.required("left")
      guard case .object(let members) = left.kind, members.count == 1,
        let inner = members.first, names.contains(inner.name)
      else { return (left, rest.reversed()) }
      next = inner
    }
  }

  private func chain(
    _ name: String, _ node: JSONNode, _ level: Int
  ) throws(CedarParseError) -> [Expression] {
    let member = JSONNode.Member(name: name, span: node.span, value: node)
    let (first, rest) = try spine([name], member)
    var operands = [try expression(first, level: level + 1)]
    for (_, operand) in rest { operands.append(try expression(operand, level: level + 1)) }
    return operands
  }

  private func sum(
    _ member: JSONNode.Member, _ level: Int
  ) throws(CedarParseError) -> Expression.Kind {
    let (first, rest) = try spine(["+", "-"], member)
    var terms: [Expression.Term] = []
    for (name, operand) in rest {
      terms.append(
        .init(isSubtracted: name == "-", value: try expression(operand, level: level + 1)))
    }
    return .sum(first: try expression(first, level: level + 1), rest: terms)
  }
}

extension CedarValue {
  /// The value as an expression; its parts stand where the whole does.
  func expressionKind(at span: SourceSpan) -> Expression.Kind? {
    switch self {
    case .bool, .long, .string, .entity: return .literal(self)
    case .set(let elements):
      let kinds = elements.sorted { codePointsPrecede($0.json, $1.json) }
        .compactMap { $0.expressionKind(at: span) }
      guard kinds.count == elements.count else { return nil }
      return .set(kinds.map { Expression($0, at: span) })
    case .record(let record):
      var fields: [Expression.Field] = []
      for field in record.fields {
        guard let kind = field.value.expressionKind(at: span) else { return nil }
        fields.append(.init(name: field.name, value: Expression(kind, at: span)))
      }
      return .record(fields)
    case .ip(let value): return Self.call(.ip, value.description, span)
    case .decimal(let value): return Self.call(.decimal, value.description, span)
    case .duration(let value): return Self.call(.duration, value.description, span)
    case .datetime(let value):
      guard let start = Self.call(.datetime, "1970-01-01", span),
        let duration = Self.call(.duration, "\(value.millisecondsSince1970)ms", span)
      else { return nil }
      return .call(
        .offset, [Expression(start, at: span), Expression(duration, at: span)])
    }
  }

  private static func call(
    _ function: ExtensionFunction, _ text: String, _ span: SourceSpan
  ) -> Expression.Kind? {
    .call(function, [Expression(.literal(.string(text)), at: span)])
  }
}
