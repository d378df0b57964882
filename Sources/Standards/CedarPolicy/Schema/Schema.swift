/// The entity types, actions and their attributes that policies may speak of.
///
/// All names are resolved and all references exist. Reading one from text is in
/// `Schema+Reading.swift`; ``Validator`` checks policies, requests and entities against it.
public struct Schema: Sendable {
  /// The entity types by name; the types of actions are not among them.
  public let entityTypes: [EntityTypeName: EntityTypeDeclaration]

  /// The actions by name, groups of actions included.
  public let actions: [EntityUID: ActionDeclaration]

  init(
    entityTypes: [EntityTypeName: EntityTypeDeclaration], actions: [EntityUID: ActionDeclaration]
  ) {
    self.entityTypes = entityTypes
    self.actions = actions
  }
}

/// What a schema says of the entities of one type.
public struct EntityTypeDeclaration: Sendable {
  public let name: EntityTypeName

  /// The types of which an entity of this type may have direct parents.
  public let memberOf: Set<EntityTypeName>

  public let attributes: RecordType

  /// The type of every tag, or nil if the entities have no tags.
  public let tags: SchemaType?

  /// The ids of an enumerated type, in the order of the schema; nil for any id.
  public let enumeration: [String]?

  init(
    name: EntityTypeName, memberOf: Set<EntityTypeName> = [], attributes: RecordType = RecordType(),
    tags: SchemaType? = nil, enumeration: [String]? = nil
  ) {
    self.name = name
    self.memberOf = memberOf
    self.attributes = attributes
    self.tags = tags
    self.enumeration = enumeration
  }
}

/// What a schema says of one action.
public struct ActionDeclaration: Sendable {
  public let uid: EntityUID

  /// The groups that the action is directly in.
  public let memberOf: Set<EntityUID>

  /// Types of principals to which the action applies; empty for an action that is only a group.
  public let principalTypes: Set<EntityTypeName>

  /// Types of resources to which the action applies; empty for an action that is only a group.
  public let resourceTypes: Set<EntityTypeName>

  /// The context of a request for the action.
  public let context: RecordType

  init(
    uid: EntityUID, memberOf: Set<EntityUID> = [], principalTypes: Set<EntityTypeName> = [],
    resourceTypes: Set<EntityTypeName> = [], context: RecordType = RecordType()
  ) {
    self.uid = uid
    self.memberOf = memberOf
    self.principalTypes = principalTypes
    self.resourceTypes = resourceTypes
    self.context = context
  }
}
