/// A value of a JSON text, and where it stands.
struct JSONNode {
  indirect enum Kind {
    case null
    case bool(Bool)
    /// A number without fraction and exponent that 64 bits hold.
    case long(Int64)
    /// Any other number; Cedar has none.
    case otherNumber
    case string(String)
    case array([JSONNode])
    case object([Member])
  }

  /// Names within one object differ.
  struct Member {
    let name: String
    let span: SourceSpan
    let value: JSONNode
  }

  let kind: Kind
  let span: SourceSpan

  /// What the value is, as error texts say it.
  var typeName: String {
    switch kind {
    case .null: "null"
    case .bool: "a truth value"
    case .long: "a number"
    case .otherNumber: "a number that is no 64-bit integer"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// A JSON text with the means to read what is expected in it.
struct JSONDocument {
  let source: SourceText
  let root: JSONNode

  init(_ text: String, name: String?, limit: Int) throws(CedarParseError) {
    source = try SourceText(text, name: name, limit: limit)
    var reader = JSONReader(source)
    root = try reader.document()
  }

  func error(_ message: String, at span: SourceSpan, hint: String? = nil) -> CedarParseError {
    source.error(message, at: span, hint: hint)
  }

  func unexpected(_ expected: String, _ node: JSONNode, hint: String? = nil) -> CedarParseError {
    error("expected \(expected), found \(node.typeName)", at: node.span, hint: hint)
  }

  func string(_ node: JSONNode, _ expected: String) throws(CedarParseError) -> String {
    guard case .string(let text) = node.kind else { throw unexpected(expected, node) }
    return text
  }

  func array(_ node: JSONNode, _ expected: String) throws(CedarParseError) -> [JSONNode] {
    guard case .array(let elements) = node.kind else { throw unexpected(expected, node) }
    return elements
  }

  func members(_ node: JSONNode, _ expected: String) throws(CedarParseError) -> [JSONNode.Member] {
    guard case .object(let members) = node.kind else { throw unexpected(expected, node) }
    return members
  }

  /// An object that has no members but these.
  func object(
    _ node: JSONNode, _ expected: String, known: [String]
  ) throws(CedarParseError) -> JSONObjectNode {
    let members = try members(node, expected)
    for member in members where !known.contains(member.name) {
      let near = nearest(member.name, among: known)
      throw error(
        "unknown member \(source.quoted(member.name)) of \(expected)", at: member.span,
        hint: near.map { "did you mean `\($0)`?" })
    }
    return JSONObjectNode(document: self, members: members, span: node.span, name: expected)
  }
}

/// An object whose members are known by name.
struct JSONObjectNode {
  let document: JSONDocument
  let members: [JSONNode.Member]
  let span: SourceSpan
  let name: String

  subscript(name: String) -> JSONNode? {
    members.first { $0.name == name }?.value
  }

  func required(_ member: String) throws(CedarParseError) -> JSONNode {
    guard let node = self[member] else {
      throw document.error("\(name) lacks the member `\(member)`", at: span)
    }
    return node
  }

  func string(_ member: String) throws(CedarParseError) -> String {
    try document.string(try required(member), "a string as `\(member)`")
  }
}
