import CedarPolicy

/// Invents the types and actions of a case.
struct WorldGenerator {
  var random: SplitMix64

  mutating func world() throws -> GeneratedWorld {
    let names = try random.shuffled(Vocabulary.typeNames).prefix(random.int(3...6)).map {
      try EntityTypeName($0)
    }
    let kinds = names.indices.map { kind(names, at: $0) }
    return GeneratedWorld(kinds: kinds, actions: try actions(names))
  }

  private mutating func kind(
    _ names: [EntityTypeName], at index: Int
  ) -> GeneratedWorld.EntityKind {
    let isEnumerated = index > 1 && random.chance(10)
    let ids = random.shuffled(Vocabulary.ids).prefix(random.int(1...4))
    let canHaveTags = !isEnumerated && random.chance(40)
    return GeneratedWorld.EntityKind(
      name: names[index], fields: isEnumerated ? [] : fields(names, random.int(0...6), depth: 2),
      tags: canHaveTags ? type(names, depth: 1) : nil,
      parents: isEnumerated ? [] : random.some(of: Array(names[index...]), percent: 40),
      ids: Array(ids), isEnumerated: isEnumerated)
  }

  private mutating func fields(
    _ names: [EntityTypeName], _ count: Int, depth: Int
  ) -> [GeneratedField] {
    random.shuffled(Vocabulary.fieldNames).prefix(count).map { name in
      GeneratedField(
        name: name, type: type(names, depth: depth), isRequired: random.chance(65))
    }
  }

  private mutating func type(_ names: [EntityTypeName], depth: Int) -> GeneratedType {
    let simple: [(Int, GeneratedType)] = [
      (4, .bool), (5, .long), (5, .string), (3, .entity(random.pick(names))), (2, .ip),
      (2, .decimal), (2, .datetime), (2, .duration),
    ]
    if depth > 0, random.chance(35) {
      return random.chance(50)
        ? .set(type(names, depth: depth - 1))
        : .record(fields(names, random.int(0...3), depth: depth - 1))
    }
    return random.pick(weighted: simple)
  }

  private mutating func actions(
    _ names: [EntityTypeName]
  ) throws -> [GeneratedWorld.ActionKind] {
    let type = try EntityTypeName("Action")
    var groups: [EntityUID] = []
    for name in ["all", "reading", "\u{E9}"].prefix(random.int(0...3)) {
      groups.append(EntityUID(type: type, id: name))
    }
    var actions = groups.enumerated().map { index, uid in
      GeneratedWorld.ActionKind(
        uid: uid, groups: random.some(of: Array(groups[..<index]), percent: 50), principals: [],
        resources: [], context: [])
    }
    for name in ["read", "write", "e\u{301}", "say \"hi\""].prefix(random.int(1...4)) {
      actions.append(action(EntityUID(type: type, id: name), names, groups))
    }
    return actions
  }

  private mutating func action(
    _ uid: EntityUID, _ names: [EntityTypeName], _ groups: [EntityUID]
  ) -> GeneratedWorld.ActionKind {
    GeneratedWorld.ActionKind(
      uid: uid, groups: random.some(of: groups, percent: 50),
      principals: Array(random.shuffled(names).prefix(random.int(1...2))),
      resources: Array(random.shuffled(names).prefix(random.int(1...2))),
      context: fields(names, random.int(0...4), depth: 2))
  }
}
