/// A parsed document with its references checked, and places in it.
struct Document: Sendable {
  let root: DocumentValue

  /// Reads JSON if the text begins with a brace, else YAML.
  init(parsing text: String, limits: ContractLimits) throws(ContractError) {
    guard text.utf8.count <= limits.documentBytes else {
      throw ContractError(.tooLarge, "the document is larger than \(limits.documentBytes) bytes")
    }
    let first = text.unicodeScalars.first { !" \t\r\n\u{FEFF}".unicodeScalars.contains($0) }
    let isJSON = first == "{"
    let body = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    root =
      isJSON
      ? try JSONDocument.parse(body, limits: limits)
      : try YAMLDocument.parse(body, limits: limits)
    try References(root: root).check()
  }

  var start: Place { Place(root: root, value: root, pointer: JSONPointer()) }
}

/// A value in a document, with the pointer that errors name.
struct Place: Sendable {
  private let root: DocumentValue
  let value: DocumentValue
  let pointer: JSONPointer

  fileprivate init(root: DocumentValue, value: DocumentValue, pointer: JSONPointer) {
    self.root = root
    self.value = value
    self.pointer = pointer
  }

  func error(_ code: ContractError.Code, _ message: String) -> ContractError {
    ContractError(code, at: pointer, message)
  }

  // MARK: Types

  func mapping() throws(ContractError) -> DocumentValue.Mapping {
    guard case .mapping(let members) = value else { throw wrongType("a mapping") }
    return members
  }

  func elements() throws(ContractError) -> [Place] {
    guard case .sequence(let elements) = value else { throw wrongType("a sequence") }
    return elements.enumerated().map { index, element in
      Place(root: root, value: element, pointer: pointer.appending(index))
    }
  }

  func text() throws(ContractError) -> String {
    guard case .string(let text) = value else { throw wrongType("a string") }
    return text
  }

  func flag() throws(ContractError) -> Bool {
    guard case .bool(let flag) = value else { throw wrongType("a boolean") }
    return flag
  }

  func byteCount() throws(ContractError) -> UInt64 {
    guard case .number(let text) = value, let count = UInt64(text) else {
      throw wrongType("a whole number of bytes")
    }
    return count
  }

  private func wrongType(_ expected: String) -> ContractError {
    error(.invalid, "\(expected) was expected, not \(value.typeName)")
  }

  // MARK: Members

  /// The member `key`, or nil if it is not there.
  func member(_ key: String) throws(ContractError) -> Place? {
    guard let value = try mapping()[key] else { return nil }
    return Place(root: root, value: value, pointer: pointer.appending(key))
  }

  func requiredMember(_ key: String) throws(ContractError) -> Place {
    guard let place = try member(key) else { throw error(.invalid, "\(key) is missing") }
    return place
  }

  /// All members in order, for mappings whose keys are names.
  func entries() throws(ContractError) -> [(key: String, place: Place)] {
    let mapping = try mapping()
    return mapping.keys.compactMap { key in
      guard let value = mapping[key] else { return nil }
      return (key, Place(root: root, value: value, pointer: pointer.appending(key)))
    }
  }

  /// Members in order, without extensions.
  func members() throws(ContractError) -> [(key: String, place: Place)] {
    try entries().filter { !$0.key.hasPrefix("x-") }
  }

  /// Refuses keys outside `known`: a misspelt `security` must not go unnoticed. Extensions are
  /// free, but for our own prefix.
  func allowOnly(_ known: Set<String>) throws(ContractError) {
    for key in try mapping().keys where !known.contains(key) {
      if key.hasPrefix("x-"), !key.hasPrefix("x-gatehouse-") { continue }
      throw ContractError(
        .unknownField, at: pointer.appending(key), "this field is not known here")
    }
  }

  // MARK: References

  /// The place that this one's `$ref` leads to, or this one if it has none.
  func resolved() throws(ContractError) -> Place {
    guard case .mapping(let members) = value, case .string(let reference) = members["$ref"] else {
      return self
    }
    let target = try References(root: root).target(of: reference, at: pointer.appending("$ref"))
    return Place(root: root, value: target.value, pointer: target.pointer)
  }
}
