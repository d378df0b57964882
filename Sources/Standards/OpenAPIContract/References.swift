/// The `$ref`s of a document: local, below `#/components/`, to something, and not in a circle.
///
/// A schema may refer to itself further down, since its values end; a chain of references that
/// comes back without any value in between may not.
struct References {
  let root: DocumentValue

  /// Checks every reference in the document. Examples, defaults, enumerations and extensions are
  /// data and are not looked into.
  func check() throws(ContractError) {
    try check(root, at: JSONPointer())
  }

  private static let dataKeys: Set<String> = [
    "example", "examples", "default", "enum", "const", "value",
  ]

  private func check(
    _ value: DocumentValue, at pointer: JSONPointer
  ) throws(ContractError) {
    switch value {
    case .sequence(let elements):
      for (index, element) in elements.enumerated() {
        try check(element, at: pointer.appending(index))
      }
    case .mapping(let members):
      try check(members, at: pointer)
    default:
      break
    }
  }

  private func check(
    _ members: DocumentValue.Mapping, at pointer: JSONPointer
  ) throws(ContractError) {
    // Below `properties` and its like, keys are names that the author chose.
    let holdsNames = pointer.tokens.last.map(Self.nameMaps.contains) ?? false
    for key in members.keys {
      guard let member = members[key] else { continue }
      let place = pointer.appending(key)
      if !holdsNames {
        if key == "$ref", case .string(let reference) = member {
          _ = try target(of: reference, at: place)
          continue
        }
        if key.hasPrefix("x-") || Self.dataKeys.contains(key) { continue }
      }
      try check(member, at: place)
    }
  }

  private static let nameMaps: Set<String> = [
    "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas",
    "parameters", "headers", "responses", "requestBodies", "securitySchemes", "pathItems",
  ]

  /// Where `reference` leads in the end.
  func target(
    of reference: String, at pointer: JSONPointer
  ) throws(ContractError) -> (value: DocumentValue, pointer: JSONPointer) {
    var seen: Set<String> = []
    var next = reference
    while true {
      guard seen.insert(next).inserted else {
        throw ContractError(.reference, at: pointer, "this reference leads back to itself")
      }
      let place = try self.pointer(of: next, at: pointer)
      guard let value = root.value(at: place) else {
        throw ContractError(.reference, at: pointer, "this reference points at nothing")
      }
      guard case .mapping(let members) = value, case .string(let further) = members["$ref"] else {
        return (value, place)
      }
      next = further
    }
  }

  private func pointer(
    of reference: String, at pointer: JSONPointer
  ) throws(ContractError) -> JSONPointer {
    guard reference.hasPrefix("#/components/") else {
      throw ContractError(
        .reference, at: pointer,
        "only references within the document are followed: write #/components/…")
    }
    guard let place = JSONPointer(fragment: String(reference.dropFirst())) else {
      throw ContractError(.reference, at: pointer, "this reference is not a JSON pointer")
    }
    return place
  }
}
