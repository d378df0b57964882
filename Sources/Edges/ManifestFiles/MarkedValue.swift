import StrictJSON
import Yams

/// A YAML document as JSON, with the place of every field.
struct MarkedValue: Sendable {
  let value: JSONValue
  /// Where each field stands, by its path: `spec.evidence[0].match`. The document itself is ``.
  let places: [String: Place]

  struct Place: Hashable, Sendable {
    let line: Int
    let column: Int

    init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }

    init(_ mark: Mark?) {
      self.init(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
  }

  /// The place of a field, or of the nearest thing around it that is there.
  func place(of field: String) -> Place {
    var path = field[...]
    while true {
      if let place = self.places[String(path)] { return place }
      guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { break }
      path = path[..<cut]
    }
    return self.places[""] ?? Place(line: 1, column: 1)
  }
}

/// What is wrong at a place of a document.
struct MarkedError: Error {
  let place: MarkedValue.Place
  let message: String
}

/// Turns Yams' nodes into JSON: strict about keys, without tags, anchors and aliases.
struct NodeReader {
  private let nesting: Int
  private var places: [String: MarkedValue.Place] = [:]

  static func read(_ root: Node, nesting: Int) throws(MarkedError) -> MarkedValue {
    var reader = NodeReader(nesting: nesting)
    let value = try reader.value(root, path: "", depth: 0)
    reader.places[""] = MarkedValue.Place(root.mark)
    return MarkedValue(value: value, places: reader.places)
  }

  private init(nesting: Int) {
    self.nesting = nesting
  }

  private mutating func value(
    _ node: Node, path: String, depth: Int
  ) throws(MarkedError) -> JSONValue {
    guard depth <= self.nesting else {
      throw Self.error(node, "nested deeper than \(self.nesting) levels")
    }
    guard node.anchor == nil else {
      throw Self.error(node, "anchors and aliases are not supported: write the value out")
    }
    switch node {
    case .scalar(let scalar): return try Self.scalar(scalar, node)
    case .sequence(let sequence): return try self.array(sequence, node, path, depth)
    case .mapping(let mapping): return .object(try self.object(mapping, node, path, depth))
    case .alias:
      throw Self.error(node, "anchors and aliases are not supported: write the value out")
    }
  }

  private mutating func array(
    _ sequence: Node.Sequence, _ node: Node, _ path: String, _ depth: Int
  ) throws(MarkedError) -> JSONValue {
    try Self.expect(.seq, of: node)
    var elements: [JSONValue] = []
    for (index, element) in sequence.enumerated() {
      let place = "\(path)[\(index)]"
      self.places[place] = MarkedValue.Place(element.mark)
      elements.append(try self.value(element, path: place, depth: depth + 1))
    }
    return .array(elements)
  }

  private mutating func object(
    _ mapping: Node.Mapping, _ node: Node, _ path: String, _ depth: Int
  ) throws(MarkedError) -> JSONObject {
    try Self.expect(.map, of: node)
    var object = JSONObject()
    for (key, element) in mapping {
      guard key.anchor == nil, case .scalar(let scalar) = key,
        case .string(let name)? = try? Self.scalar(scalar, key)
      else { throw Self.error(key, "expected a name, in quotes if it looks like a number") }
      guard object[name] == nil else { throw Self.error(key, "this name stands here twice") }
      let place = path.isEmpty ? name : "\(path).\(name)"
      self.places[place] = MarkedValue.Place(key.mark)
      object[name] = try self.value(element, path: place, depth: depth + 1)
    }
    return object
  }

  private static func scalar(
    _ scalar: Node.Scalar, _ node: Node
  ) throws(MarkedError) -> JSONValue {
    if scalar.style != .plain {
      try Self.expect(.str, of: node)
      return .string(scalar.string)
    }
    try Self.expect(YAMLStream.plain, of: node)
    guard let value = CoreSchema.value(of: scalar.string) else {
      throw Self.error(node, "this number is out of range; quote it if it is text")
    }
    return value
  }

  private static func expect(_ tag: Tag.Name, of node: Node) throws(MarkedError) {
    guard node.tag.rawValue == tag.rawValue else {
      throw Self.error(node, "tags are not supported: write the value without one")
    }
  }

  private static func error(_ node: Node, _ message: String) -> MarkedError {
    MarkedError(place: MarkedValue.Place(node.mark), message: message)
  }
}
