extension Operation {
  /// `in`: the operand is an entity or a set of entities.
  func isEntity(_ uid: EntityUID, inOperand index: Int) throws(EvaluationFailure) -> Bool {
    switch try value(index) {
    case .entity(let other): return entities.isEntity(uid, in: other)
    case .set(let elements): return try isEntity(uid, inAny: elements, index)
    default: throw mismatch("entity or set of entities", index)
    }
  }

  /// Every element must be an entity, also after the first that contains the other.
  private func isEntity(
    _ uid: EntityUID, inAny elements: Set<CedarValue>, _ index: Int
  ) throws(EvaluationFailure) -> Bool {
    var isFound = false
    for element in elements {
      guard case .entity(let other) = element else {
        throw mismatch("entity", index, found: element)
      }
      isFound = isFound || entities.isEntity(uid, in: other)
    }
    return isFound
  }

  func isType(
    _ type: EntityTypeName, isInOperand: Bool
  ) throws(EvaluationFailure) -> Bool {
    let uid = try entity(0)
    guard uid.type == type else { return false }
    return try isInOperand ? isEntity(uid, inOperand: 1) : true
  }

  func has(_ path: [String]) throws(EvaluationFailure) -> Bool {
    var current = try value(0)
    for name in path {
      let fields: CedarRecord
      switch current {
      case .record(let record): fields = record
      case .entity(let uid): fields = entities[uid]?.attributes ?? [:]
      default: throw mismatch("record or entity", 0, found: current)
      }
      guard let next = fields[name] else { return false }
      current = next
    }
    return true
  }

  func attribute(_ name: String) throws(EvaluationFailure) -> CedarValue {
    switch try value(0) {
    case .record(let fields):
      guard let value = fields[name] else { throw .missingAttribute(name, of: nil, at: span) }
      return value
    case .entity(let uid):
      guard let entity = entities[uid] else { throw .missingEntity(uid, at: span) }
      guard let value = entity.attributes[name] else {
        throw .missingAttribute(name, of: uid, at: span)
      }
      return value
    default:
      throw mismatch("record or entity", 0)
    }
  }

  func hasTag() throws(EvaluationFailure) -> Bool {
    let uid = try entity(0)
    let name = try string(1)
    return entities[uid]?.tags[name] != nil
  }

  func tag() throws(EvaluationFailure) -> CedarValue {
    let uid = try entity(0)
    let name = try string(1)
    guard let entity = entities[uid] else { throw .missingEntity(uid, at: span) }
    guard let value = entity.tags[name] else { throw .missingTag(name, of: uid, at: span) }
    return value
  }
}
