extension Schema {
  /// The types of which an entity of a type may be a descendant, through any number of parents; the
  /// type itself only where it may be its own parent.
  public func ancestors(of type: EntityTypeName) -> Set<EntityTypeName> {
    var found: Set<EntityTypeName> = []
    var open = Array(entityTypes[type]?.memberOf ?? [])
    while let next = open.popLast() {
      guard found.insert(next).inserted else { continue }
      open += entityTypes[next]?.memberOf ?? []
    }
    return found
  }

  /// Whether an entity of a type may be in one of another type.
  func mayBe(_ type: EntityTypeName, in other: EntityTypeName) -> Bool {
    type == other || ancestors(of: type).contains(other)
  }

  /// Every group that an action is in, through any number of groups; itself not counted.
  public func ancestors(of action: EntityUID) -> Set<EntityUID> {
    var found: Set<EntityUID> = []
    var open = Array(actions[action]?.memberOf ?? [])
    while let next = open.popLast() {
      guard found.insert(next).inserted else { continue }
      open += actions[next]?.memberOf ?? []
    }
    return found
  }

  func isAction(_ action: EntityUID, in group: EntityUID) -> Bool {
    action == group || ancestors(of: action).contains(group)
  }

  /// The actions as entities with their groups as parents, as a decision needs them.
  public var actionEntities: [Entity] {
    actions.values.map { Entity(uid: $0.uid, parents: $0.memberOf) }
      .sorted { codePointsPrecede($0.uid.description, $1.uid.description) }
  }

  /// Whether a type is that of some action.
  func isActionType(_ type: EntityTypeName) -> Bool {
    actions.keys.contains { $0.type == type }
  }
}
