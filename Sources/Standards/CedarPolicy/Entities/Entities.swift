/// The entities that a decision may look at, with everything that each is in.
public struct Entities: Sendable {
  /// Why entities do not make a store.
  public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    case duplicate(EntityUID)
    /// An entity that is, through its parents, in itself.
    case cycle(EntityUID)
    /// Hierarchies that together have more ancestors than ``CedarLimits/ancestors``.
    case tooManyAncestors

    public var description: String {
      switch self {
      case .duplicate(let uid): "the entity `\(uid)` stands twice among the entities"
      case .cycle(let uid): "the entity `\(uid)` is, through its parents, in itself"
      case .tooManyAncestors:
        "the entities have too many ancestors, expected at most \(CedarLimits.ancestors) of all "
          + "entities together"
      }
    }
  }

  private struct Node {
    let entity: Entity
    var ancestors: Set<EntityUID> = []
  }

  private var nodes: [EntityUID: Node] = [:]

  /// A store without entities.
  public init() {}

  /// - Throws: ``Failure`` for two entities of one name and for a cycle of parents.
  public init(_ entities: some Sequence<Entity>) throws(Failure) {
    for entity in entities {
      guard nodes.updateValue(Node(entity: entity), forKey: entity.uid) == nil else {
        throw .duplicate(entity.uid)
      }
    }
    try computeAncestors()
  }

  public subscript(uid: EntityUID) -> Entity? {
    nodes[uid]?.entity
  }

  /// How many entities the store has.
  public var count: Int { nodes.count }

  /// All entities, in no particular order.
  public var all: some Sequence<Entity> {
    nodes.values.lazy.map(\.entity)
  }

  /// Everything that an entity is in, through any number of parents; itself not counted.
  public func ancestors(of uid: EntityUID) -> Set<EntityUID> {
    nodes[uid]?.ancestors ?? []
  }

  /// Cedar's `in`: the same entity, or one that the first is in.
  public func isEntity(_ uid: EntityUID, in other: EntityUID) -> Bool {
    uid == other || nodes[uid]?.ancestors.contains(other) == true
  }

  /// Takes the entities up from the roots, each when all its parents are done.
  private mutating func computeAncestors() throws(Failure) {
    var waitingFor: [EntityUID: Int] = [:]
    var children: [EntityUID: [EntityUID]] = [:]
    var ready: [EntityUID] = []
    for (uid, node) in nodes {
      let parents = node.entity.parents.filter { nodes[$0] != nil }
      if parents.isEmpty { ready.append(uid) } else { waitingFor[uid] = parents.count }
      for parent in parents { children[parent, default: []].append(uid) }
    }
    var total = 0
    while let uid = ready.popLast() {
      let ancestors = ancestorsThroughParents(of: uid)
      total += ancestors.count
      guard total <= CedarLimits.ancestors else { throw .tooManyAncestors }
      nodes[uid]?.ancestors = ancestors
      for child in children[uid] ?? [] {
        let left = (waitingFor[child] ?? 1) - 1
        waitingFor[child] = left
        if left == 0 {
          waitingFor[child] = nil
          ready.append(child)
        }
      }
    }
    if let uid = cycle(among: Set(waitingFor.keys)) { throw .cycle(uid) }
  }

  private func ancestorsThroughParents(of uid: EntityUID) -> Set<EntityUID> {
    guard let parents = nodes[uid]?.entity.parents else { return [] }
    return parents.reduce(into: parents) { ancestors, parent in
      ancestors.formUnion(nodes[parent]?.ancestors ?? [])
    }
  }

  /// An entity of a cycle, the same one each time. What still waits is in a cycle or below one,
  /// so going from parent to waiting parent comes back to where it was.
  private func cycle(among waiting: Set<EntityUID>) -> EntityUID? {
    var seen: Set<EntityUID> = []
    var current = first(waiting)
    while let uid = current, seen.insert(uid).inserted {
      current = first(nodes[uid]?.entity.parents.intersection(waiting) ?? [])
    }
    return current
  }

  private func first(_ uids: Set<EntityUID>) -> EntityUID? {
    uids.min { codePointsPrecede($0.description, $1.description) }
  }
}
