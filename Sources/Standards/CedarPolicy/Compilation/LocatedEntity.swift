/// The name of an entity with the place where a snapshot has it, for those who ask about it often.
///
/// The place is no more than a hint: it is good for any ``CompiledPolicies`` and gives the
/// answers that the name gives; of those that it does not come from it may only take longer.
public struct LocatedEntity: Sendable {
  public let uid: EntityUID
  let number: Int32?

  init(_ uid: EntityUID, number: Int32?) {
    self.uid = uid
    self.number = number
  }

  /// A name whose place nobody has looked for.
  public init(_ uid: EntityUID) {
    self.init(uid, number: nil)
  }
}

/// Who wants to do what to which thing, looked up; see ``Request``.
public struct LocatedRequest: Sendable {
  public let principal: LocatedEntity
  public let action: LocatedEntity
  public let resource: LocatedEntity
  public let context: CedarRecord

  public init(
    principal: LocatedEntity, action: LocatedEntity, resource: LocatedEntity,
    context: CedarRecord
  ) {
    self.principal = principal
    self.action = action
    self.resource = resource
    self.context = context
  }

  init(_ request: Request) {
    self.init(
      principal: LocatedEntity(request.principal), action: LocatedEntity(request.action),
      resource: LocatedEntity(request.resource), context: request.context)
  }
}

extension Snapshot {
  /// An entity with its place, if the snapshot has one for it.
  func located(_ uid: EntityUID) -> LocatedEntity {
    guard let number = number(of: uid) else { return LocatedEntity(uid) }
    // The table's own text, which is equal to itself at a glance.
    return LocatedEntity(entities.uids[Int(number)], number: number)
  }

  func number(of entity: LocatedEntity) -> Int32? {
    if let number = entity.number, entities.uids.indices.contains(Int(number)),
      entities.uids[Int(number)] == entity.uid
    {
      return number
    }
    return number(of: entity.uid)
  }
}
