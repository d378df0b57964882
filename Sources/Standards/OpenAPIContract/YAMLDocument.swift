import Yams

/// Reads YAML text into the values that JSON has too.
///
/// Not accepted: several documents, explicit tags, merge keys, keys that are not scalars, and
/// aliases where ``AliasScan`` refuses them.
struct YAMLDocument {
  private var budget: DocumentBudget

  static func parse(_ text: String, limits: ContractLimits) throws(ContractError) -> DocumentValue {
    try AliasScan.check(text)
    guard let root = try compose(text) else {
      throw ContractError(.syntax, "the document is empty")
    }
    var document = YAMLDocument(budget: DocumentBudget(limits))
    return try document.value(of: root, at: JSONPointer())
  }

  private static func compose(_ text: String) throws(ContractError) -> Node? {
    do {
      // The basic resolver leaves scalars alone; their meaning is decided here.
      return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw ContractError(error)
    } catch {
      throw ContractError(.syntax, "the text is not YAML")
    }
  }

  private mutating func value(
    of node: Node, at pointer: JSONPointer
  ) throws(ContractError) -> DocumentValue {
    try budget.count(at: pointer)
    switch node {
    case .scalar(let scalar):
      return try value(of: scalar, at: pointer)
    case .sequence(let sequence):
      try checkTag(sequence.tag, at: pointer)
      try budget.enter(at: pointer)
      var elements: [DocumentValue] = []
      for element in sequence {
        elements.append(try value(of: element, at: pointer.appending(elements.count)))
      }
      budget.leave()
      return .sequence(elements)
    case .mapping(let mapping):
      try checkTag(mapping.tag, at: pointer)
      return try value(of: mapping, at: pointer)
    case .alias:
      throw ContractError(.syntax, at: pointer, "an alias has no value")
    }
  }

  private mutating func value(
    of mapping: Node.Mapping, at pointer: JSONPointer
  ) throws(ContractError) -> DocumentValue {
    try budget.enter(at: pointer)
    var members = DocumentValue.Mapping()
    for (keyNode, valueNode) in mapping {
      guard case .scalar(let scalar) = keyNode else {
        throw ContractError(.syntax, at: pointer, "a key must be a scalar")
      }
      let key = scalar.string
      let place = pointer.appending(key)
      guard key != "<<" || scalar.style != .plain else {
        throw ContractError(.syntax, at: place, "merge keys are not accepted: write the keys out")
      }
      guard members.insert(key, try value(of: valueNode, at: place)) else {
        throw ContractError(.duplicateKey, at: place, "this key stands twice in its mapping")
      }
    }
    budget.leave()
    return .mapping(members)
  }

  private func value(
    of scalar: Node.Scalar, at pointer: JSONPointer
  ) throws(ContractError) -> DocumentValue {
    try checkTag(scalar.tag, at: pointer)
    let isImplicit = scalar.style == .plain && scalar.tag.rawValue.isEmpty
    return isImplicit ? ScalarText.coreSchemaValue(of: scalar.string) : .string(scalar.string)
  }

  private func checkTag(_ tag: Tag, at pointer: JSONPointer) throws(ContractError) {
    let standard = ["", "!", "str", "seq", "map"]
    let name = tag.rawValue.replacing(prefix: "tag:yaml.org,2002:")
    guard standard.contains(name) else {
      throw ContractError(.syntax, at: pointer, "explicit YAML tags are not accepted")
    }
  }
}

extension String {
  fileprivate func replacing(prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}

extension ContractError {
  fileprivate init(_ error: YamlError) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(.syntax, line: mark.line, problem)
    case .duplicatedKeysInMapping(let keys, let context):
      let key = keys.first ?? ""
      self.init(
        .duplicateKey, line: context.mark.line, "the key \(key) stands twice in its mapping")
    case .reader(let problem, _, _, _):
      self.init(.syntax, problem)
    default:
      self.init(.syntax, "the text is not YAML")
    }
  }
}
