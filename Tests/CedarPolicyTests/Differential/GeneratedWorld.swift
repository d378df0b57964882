import CedarPolicy

/// The type that a generated attribute, tag or expression has.
indirect enum GeneratedType: Hashable {
  case bool, long, string
  case set(GeneratedType)
  case record([GeneratedField])
  case entity(EntityTypeName)
  case ip, decimal, datetime, duration
}

/// An attribute of an entity type, a record or a context.
struct GeneratedField: Hashable {
  let name: String
  let type: GeneratedType
  let isRequired: Bool
}

/// The entity types and actions that the policies, entities and requests of one case speak of.
struct GeneratedWorld {
  struct EntityKind {
    let name: EntityTypeName
    let fields: [GeneratedField]
    let tags: GeneratedType?
    /// Types that entities of this one may be in.
    let parents: [EntityTypeName]
    /// Ids that entities of the type have.
    let ids: [String]
    let isEnumerated: Bool
  }

  struct ActionKind {
    let uid: EntityUID
    let groups: [EntityUID]
    /// Empty for a group.
    let principals: [EntityTypeName]
    let resources: [EntityTypeName]
    let context: [GeneratedField]
  }

  let kinds: [EntityKind]
  let actions: [ActionKind]

  func kind(_ name: EntityTypeName) -> EntityKind? {
    kinds.first { $0.name == name }
  }

  /// A kind of request: the types that the variables of a policy have in it.
  struct Environment {
    let principal: EntityTypeName
    let action: EntityUID
    let resource: EntityTypeName
    let context: [GeneratedField]
  }

  /// All kinds of requests; never empty, because the first action is no group.
  var environments: [Environment] {
    actions.flatMap { action in
      action.principals.flatMap { principal in
        action.resources.map { resource in
          Environment(
            principal: principal, action: action.uid, resource: resource, context: action.context)
        }
      }
    }
  }
}
