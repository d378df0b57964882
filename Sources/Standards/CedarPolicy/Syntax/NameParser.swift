extension Parser {
  /// A variable, an entity or the call of a function.
  mutating func named() throws(CedarParseError) -> Expression {
    let start = token.span
    switch try nameOrFunction() {
    case .expression(let expression):
      return expression
    case .function(let function):
      let arguments = try expressions(closedBy: .rightParenthesis, "`)`")
      return Expression(.call(function, arguments), at: start.through(previous))
    }
  }

  private enum Name {
    case expression(Expression)
    /// A function whose arguments come next.
    case function(ExtensionFunction)
  }

  private mutating func nameOrFunction() throws(CedarParseError) -> Name {
    let start = token.span
    switch try path() {
    case .entity(let uid):
      return .expression(Expression(.literal(.entity(uid)), at: start.through(previous)))
    case .name(let identifiers):
      let name = identifiers.joined(separator: "::")
      guard try take(.leftParenthesis) else { return .expression(try variable(name, at: start)) }
      guard let function = ExtensionFunction(rawValue: name), !function.isMethod else {
        throw unknownFunction(name, at: start)
      }
      return .function(function)
    }
  }

  private func unknownFunction(_ name: String, at span: SourceSpan) -> CedarParseError {
    let hint =
      Method(name) != nil
      ? "it is a method: write `value.\(name)(...)`"
      : nearest(name, among: ExtensionFunction.constructors).map { "did you mean `\($0)`?" }
    return source.error(
      "expected the name of a function, found \(source.quoted(name))", at: span, hint: hint)
  }

  private mutating func variable(
    _ name: String, at span: SourceSpan
  ) throws(CedarParseError) -> Expression {
    if let variable = Expression.Variable(rawValue: name) {
      return Expression(.variable(variable), at: span)
    }
    if token.kind == .doubleColon || token.kind == .leftBrace {
      throw unexpected("expected an operator", hint: "an entity is written `Type::\"id\"`")
    }
    let variables = Expression.Variable.allCases.map(\.rawValue)
    throw source.error(
      "expected a variable, found \(source.quoted(name))", at: span,
      hint: nearest(name, among: variables).map { "did you mean `\($0)`?" }
        ?? "the variables are `principal`, `action`, `resource` and `context`; "
        + "text stands between `\"` and `\"`")
  }

  func lookUpMethod(_ name: String, at span: SourceSpan) throws(CedarParseError) -> Method {
    if let method = Method(name) { return method }
    let hint =
      ExtensionFunction.constructors.contains(name)
      ? "it is a function: write `\(name)(...)`"
      : nearest(name, among: Method.names).map { "did you mean `\($0)`?" }
    throw source.error(
      "expected the name of a method, found \(source.quoted(name))", at: span, hint: hint)
  }
}

/// What can be called on a value with a dot.
enum Method {
  case isEmpty
  case setTest(Expression.SetTest)
  case hasTag, getTag
  case extensionMethod(ExtensionFunction)

  init?(_ name: String) {
    switch name {
    case "isEmpty": self = .isEmpty
    case "hasTag": self = .hasTag
    case "getTag": self = .getTag
    default:
      if let test = Expression.SetTest(rawValue: name) {
        self = .setTest(test)
      } else if let function = ExtensionFunction(rawValue: name), function.isMethod {
        self = .extensionMethod(function)
      } else {
        return nil
      }
    }
  }

  static var names: [String] {
    ["isEmpty", "hasTag", "getTag"] + Expression.SetTest.allCases.map(\.rawValue)
      + ExtensionFunction.allCases.filter(\.isMethod).map(\.rawValue)
  }

  /// Arguments that the grammar demands. For extension methods Cedar leaves a wrong number to
  /// evaluation, where it is an error of the policy.
  var argumentCount: Int? {
    switch self {
    case .isEmpty: 0
    case .setTest, .hasTag, .getTag: 1
    case .extensionMethod: nil
    }
  }

  /// The node for a call with as many arguments as `argumentCount` says.
  func kind(_ receiver: Expression, _ arguments: [Expression]) -> Expression.Kind {
    let argument = arguments.first ?? receiver
    return switch self {
    case .isEmpty: .isEmpty(receiver)
    case .setTest(let test): .setTest(test, receiver, argument)
    case .hasTag: .hasTag(receiver, argument)
    case .getTag: .getTag(receiver, argument)
    case .extensionMethod(let function): .call(function, [receiver] + arguments)
    }
  }
}

extension ExtensionFunction {
  fileprivate static var constructors: [String] {
    allCases.filter { !$0.isMethod }.map(\.rawValue)
  }
}

/// The candidate that at most two changed letters turn into a word, if one is that near.
func nearest(_ word: String, among candidates: [String]) -> String? {
  guard word.utf8.count <= 32 else { return nil }
  let distances = candidates.map { (name: $0, distance: editDistance(word, $0)) }
  guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= 2 && best.distance < word.utf8.count ? best.name : nil
}

/// How many letters to insert, delete or replace to turn one word into the other, ignoring case.
private func editDistance(_ one: String, _ other: String) -> Int {
  let target = Array(other.lowercased().utf8)
  var row = Array(0...target.count)
  for (index, byte) in one.lowercased().utf8.enumerated() {
    var next = [index + 1]
    for (position, wanted) in target.enumerated() {
      let replaced = row[position] + (byte == wanted ? 0 : 1)
      next.append(min(replaced, row[position + 1] + 1, next[position] + 1))
    }
    row = next
  }
  return row.last ?? 0
}
