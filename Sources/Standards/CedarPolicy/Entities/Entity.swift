/// A principal, action, resource or other thing that policies speak of.
public struct Entity: Sendable, Hashable {
  public let uid: EntityUID

  /// What `.name` and `has` read.
  public let attributes: CedarRecord

  /// The entities that this one is directly in; they need not be in the store.
  public let parents: Set<EntityUID>

  /// What `getTag` and `hasTag` read.
  public let tags: CedarRecord

  public init(
    uid: EntityUID, attributes: CedarRecord = [:], parents: Set<EntityUID> = [],
    tags: CedarRecord = [:]
  ) {
    self.uid = uid
    self.attributes = attributes
    self.parents = parents
    self.tags = tags
  }

  public init(
    uid: EntityUID, attributes: [String: CedarValue], parents: Set<EntityUID> = [],
    tags: [String: CedarValue] = [:]
  ) {
    self.init(
      uid: uid, attributes: CedarRecord(attributes), parents: parents, tags: CedarRecord(tags))
  }
}
