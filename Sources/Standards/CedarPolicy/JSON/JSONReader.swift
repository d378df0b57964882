/// Reads JSON (RFC 8259) strictly: no repeated names, no lone surrogates, nothing behind the value.
///
/// Nested values are kept on a list and not on the stack, so that depth costs no recursion.
struct JSONReader {
  private var cursor: JSONCursor
  private var open: [Open] = []

  /// An array or object whose end has not come.
  private struct Open {
    let start: SourceSpan
    let isObject: Bool
    var elements: [JSONNode] = []
    var members: [JSONNode.Member] = []
    var names: Set<[UInt8]> = []
    var name = ""
    var nameSpan = SourceSpan(offset: 0, length: 0, line: 1, column: 1)
  }

  init(_ source: SourceText) {
    cursor = JSONCursor(source)
  }

  mutating func document() throws(CedarParseError) -> JSONNode {
    while true {
      guard var node = try value() else { continue }
      while !open.isEmpty {
        guard let outer = try close(around: node) else { break }
        node = outer
      }
      guard open.isEmpty else { continue }
      cursor.skipBlanks()
      guard cursor.current == nil else { throw cursor.failure("expected the end of the text") }
      return node
    }
  }

  /// A value that is complete, or nil after the beginning of one that has others in it.
  private mutating func value() throws(CedarParseError) -> JSONNode? {
    cursor.skipBlanks()
    let start = cursor.here(length: 1)
    switch cursor.current {
    case UInt8(ascii: "{"): return try begin(start, isObject: true)
    case UInt8(ascii: "["): return try begin(start, isObject: false)
    case UInt8(ascii: "\""):
      let text = try cursor.string()
      return JSONNode(kind: .string(text), span: cursor.through(start))
    case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?:
      let kind = try cursor.number(start)
      return JSONNode(kind: kind, span: cursor.through(start))
    default:
      let kind = try cursor.word(start)
      return JSONNode(kind: kind, span: cursor.through(start))
    }
  }

  private mutating func begin(
    _ start: SourceSpan, isObject: Bool
  ) throws(CedarParseError) -> JSONNode? {
    guard open.count < CedarLimits.jsonNesting else {
      throw cursor.source.error(
        "the JSON is nested too deeply, expected at most \(CedarLimits.jsonNesting) levels",
        at: start)
    }
    cursor.advance()
    cursor.skipBlanks()
    if cursor.current == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
      cursor.advance()
      return JSONNode(kind: isObject ? .object([]) : .array([]), span: cursor.through(start))
    }
    open.append(Open(start: start, isObject: isObject))
    if isObject { try memberName() }
    return nil
  }

  /// Puts a value into what is around it; gives that if it ends here.
  private mutating func close(around node: JSONNode) throws(CedarParseError) -> JSONNode? {
    guard var top = open.popLast() else { return node }
    if top.isObject {
      top.members.append(.init(name: top.name, span: top.nameSpan, value: node))
    } else {
      top.elements.append(node)
    }
    cursor.skipBlanks()
    switch cursor.current {
    case UInt8(ascii: ","):
      cursor.advance()
      let isObject = top.isObject
      open.append(top)
      if isObject { try memberName() }
      return nil
    case UInt8(ascii: "}") where top.isObject:
      cursor.advance()
      return JSONNode(kind: .object(top.members), span: cursor.through(top.start))
    case UInt8(ascii: "]") where !top.isObject:
      cursor.advance()
      return JSONNode(kind: .array(top.elements), span: cursor.through(top.start))
    default:
      throw cursor.failure(top.isObject ? "expected `,` or `}`" : "expected `,` or `]`")
    }
  }

  private mutating func memberName() throws(CedarParseError) {
    cursor.skipBlanks()
    let start = cursor.here(length: 1)
    guard cursor.current == UInt8(ascii: "\"") else {
      throw cursor.failure("expected the name of a member as a string")
    }
    let name = try cursor.string()
    let span = cursor.through(start)
    guard var top = open.popLast() else { return }
    guard top.names.insert(Array(name.utf8)).inserted else {
      throw cursor.source.error(
        "the member \(cursor.source.quoted(name)) stands twice", at: span)
    }
    (top.name, top.nameSpan) = (name, span)
    open.append(top)
    cursor.skipBlanks()
    guard cursor.current == UInt8(ascii: ":") else {
      throw cursor.failure("expected `:` after the name")
    }
    cursor.advance()
  }
}
