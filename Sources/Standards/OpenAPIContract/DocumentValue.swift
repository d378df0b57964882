/// A value of a document that may be YAML or JSON.
indirect enum DocumentValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number as it was written.
  case number(String)
  case string(String)
  case sequence([DocumentValue])
  case mapping(Mapping)

  /// Members in the order of the document; each key once.
  struct Mapping: Sendable, Hashable {
    private(set) var keys: [String] = []
    private var values: [String: DocumentValue] = [:]

    subscript(key: String) -> DocumentValue? { values[key] }

    /// False if the key is there already.
    mutating func insert(_ key: String, _ value: DocumentValue) -> Bool {
      guard values.updateValue(value, forKey: key) == nil else { return false }
      keys.append(key)
      return true
    }
  }

  /// The type's name, for messages.
  var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .sequence: "a sequence"
    case .mapping: "a mapping"
    }
  }

  /// The value at `pointer`, or nil.
  func value(at pointer: JSONPointer) -> DocumentValue? {
    var value = self
    for token in pointer.tokens {
      switch value {
      case .mapping(let members):
        guard let member = members[token] else { return nil }
        value = member
      case .sequence(let elements):
        guard let index = Int(token), String(index) == token, elements.indices.contains(index)
        else { return nil }
        value = elements[index]
      default:
        return nil
      }
    }
    return value
  }
}

/// Counts values and depth while a document is read, so that neither can exhaust memory or stack.
struct DocumentBudget {
  let limits: ContractLimits
  private var values = 0
  private var depth = 0

  init(_ limits: ContractLimits) { self.limits = limits }

  mutating func count(at pointer: JSONPointer) throws(ContractError) {
    values += 1
    guard values <= limits.values else {
      throw ContractError(.tooLarge, at: pointer, "there are more than \(limits.values) values")
    }
  }

  mutating func enter(at pointer: JSONPointer) throws(ContractError) {
    depth += 1
    guard depth <= limits.depth else {
      throw ContractError(.tooLarge, at: pointer, "values nest deeper than \(limits.depth)")
    }
  }

  mutating func leave() { depth -= 1 }
}
