import CedarPolicy

extension CaseGenerator {
  /// A value of a type, or, now and then, of another one.
  mutating func value(of type: GeneratedType) -> GeneratedValue {
    if isFaulty() { return value(of: anyType()) }
    switch type {
    case .bool: return .bool(random.chance(50))
    case .long: return .long(long())
    case .string: return .string(random.pick(Vocabulary.strings))
    case .set(let element):
      return .set((0..<random.int(smallestSet...3)).map { _ in value(of: element) })
    case .record(let fields): return .record(self.fields(fields))
    case .entity(let name): return .entity(uid(name))
    case .ip: return .call(.ip, random.pick(Vocabulary.addresses))
    case .decimal: return .call(.decimal, random.pick(Vocabulary.decimals))
    case .datetime: return .call(.datetime, random.pick(Vocabulary.datetimes))
    case .duration: return .call(.duration, random.pick(Vocabulary.durations))
    }
  }

  /// Validation takes no policy with `[]` in it.
  var smallestSet: Int { style == .clean ? 1 : 0 }

  /// Values for attributes; those that are not required are left out at times.
  mutating func fields(_ fields: [GeneratedField]) -> [(name: String, value: GeneratedValue)] {
    var values: [(name: String, value: GeneratedValue)] = []
    for field in fields {
      let isThere = field.isRequired ? !isFaulty() : random.chance(60)
      if isThere { values.append((field.name, value(of: field.type))) }
    }
    if isFaulty(), !fields.contains(where: { $0.name == "extra" }) {
      values.append(("extra", value(of: anyType())))
    }
    return values
  }

  mutating func long() -> Int64 {
    random.chance(6) ? random.pick(Vocabulary.extremeLongs) : random.pick(Vocabulary.longs)
  }

  /// The name of an entity of a type, which may be missing among the entities.
  mutating func uid(_ name: EntityTypeName) -> EntityUID {
    let kind = world.kind(name)
    let ids = kind?.ids ?? Vocabulary.ids
    // One id is favoured, so that policies and requests meet.
    if let favourite = ids.first, random.chance(45) { return EntityUID(type: name, id: favourite) }
    let isKnown = kind?.isEnumerated == true || random.chance(93)
    return EntityUID(type: name, id: isKnown ? random.pick(ids) : random.pick(Vocabulary.ids))
  }

  mutating func anyUID() -> EntityUID {
    uid(random.pick(world.kinds).name)
  }

  mutating func anyType() -> GeneratedType {
    let entity = GeneratedType.entity(random.pick(world.kinds).name)
    return random.pick([
      .bool, .long, .string, entity, .ip, .decimal, .datetime, .duration, .set(.long),
      .set(.string), .set(entity),
      .record([GeneratedField(name: "a", type: .long, isRequired: true)]),
    ])
  }

  /// The text for an extension function: mostly valid, else refused or with one character changed.
  mutating func extensionText(_ function: ExtensionFunction) -> String {
    let texts =
      switch function {
      case .ip: (Vocabulary.addresses, Vocabulary.invalidAddresses)
      case .decimal: (Vocabulary.decimals, Vocabulary.invalidDecimals)
      case .datetime: (Vocabulary.datetimes, Vocabulary.invalidDatetimes)
      default: (Vocabulary.durations, Vocabulary.invalidDurations)
      }
    guard style != .clean, random.chance(15) else { return random.pick(texts.0) }
    return random.chance(60) ? random.pick(texts.1) : changed(random.pick(texts.0))
  }

  mutating func changed(_ text: String) -> String {
    var scalars = Array(text.unicodeScalars)
    let others = Array("0159:./-+ aAfFzZTdhms\u{E9}٣".unicodeScalars)
    let index = random.int(0...(scalars.count - 1))
    switch random.int(0...2) {
    case 0: scalars.remove(at: index)
    case 1: scalars.insert(random.pick(others), at: index)
    default: scalars[index] = random.pick(others)
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
  }

  /// The entities of the world, most of them; each is only in ones that come later.
  mutating func entities() -> [GeneratedEntity] {
    let uids = world.kinds.flatMap { kind in
      kind.ids.map { EntityUID(type: kind.name, id: $0) }
    }
    var entities: [GeneratedEntity] = []
    for (index, uid) in uids.enumerated() where random.chance(94) {
      guard let kind = world.kind(uid.type) else { continue }
      let parents = uids[(index + 1)...].filter { kind.parents.contains($0.type) }
      entities.append(
        GeneratedEntity(
          uid: uid, attributes: fields(kind.fields), parents: random.some(of: parents, percent: 40),
          tags: tags(kind)))
    }
    return entities + world.actions.map(entity)
  }

  private mutating func tags(
    _ kind: GeneratedWorld.EntityKind
  ) -> [(name: String, value: GeneratedValue)] {
    guard let type = kind.tags else { return [] }
    return random.some(of: Vocabulary.tagNames, percent: 45).map { ($0, value(of: type)) }
  }

  private func entity(_ action: GeneratedWorld.ActionKind) -> GeneratedEntity {
    GeneratedEntity(uid: action.uid, attributes: [], parents: action.groups, tags: [])
  }

  mutating func request() -> DifferentialCase.GeneratedRequest {
    let environment = random.pick(world.environments)
    let principal = isFaulty() ? anyUID() : uid(environment.principal)
    let resource = isFaulty() ? anyUID() : uid(environment.resource)
    let action = isFaulty() ? anyUID() : environment.action
    return DifferentialCase.GeneratedRequest(
      principal: principal, action: action, resource: resource,
      context: fields(environment.context))
  }
}
