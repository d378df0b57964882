import CedarPolicy

extension CaseGenerator {
  /// 2 to 50 policies and templates, and policies linked from the templates.
  mutating func policies() -> ([String], [DifferentialCase.Link]) {
    let count = random.pick(weighted: [(1, 2), (2, 5), (4, 12), (4, 25), (2, 50)])
    var texts: [String] = []
    var links: [DifferentialCase.Link] = []
    for index in 0..<random.int(max(2, count / 2)...count) {
      let (text, slots) = policy()
      texts.append(text)
      guard !slots.isEmpty else { continue }
      for _ in 0..<random.int(0...3) {
        links.append(
          DifferentialCase.Link(
            template: "policy\(index)", id: "link \(links.count)", values: values(for: slots)))
      }
    }
    return (texts, links)
  }

  private mutating func values(for slots: [TemplateSlot]) -> [TemplateSlot: EntityUID] {
    let environment = random.pick(world.environments)
    var values: [TemplateSlot: EntityUID] = [:]
    for slot in slots {
      let type = slot == .principal ? environment.principal : environment.resource
      values[slot] = container(of: type)
    }
    return values
  }

  /// An entity of a type, or one that entities of the type may be in.
  private mutating func container(of type: EntityTypeName) -> EntityUID {
    let parents = world.kind(type)?.parents ?? []
    return uid(parents.isEmpty || random.chance(50) ? type : random.pick(parents))
  }

  private mutating func policy() -> (text: String, slots: [TemplateSlot]) {
    enter(random.pick(world.environments))
    let isPermit = random.chance(75)
    let principal = side("principal", environment.principal)
    let resource = side("resource", environment.resource)
    var text = annotations() + (isPermit ? "permit" : "forbid")
    text += "(\(principal.text), \(action()), \(resource.text))"
    // A forbid without conditions would decide nearly everything.
    let counts = isPermit ? [(4, 0), (8, 1), (2, 2)] : [(1, 0), (8, 1), (4, 2)]
    for _ in 0..<random.pick(weighted: counts) { text += clause() }
    let slots = [
      principal.isSlot ? TemplateSlot.principal : nil, resource.isSlot ? .resource : nil,
    ].compactMap(\.self)
    return (text + ";", slots)
  }

  private mutating func clause() -> String {
    guards = []
    let depth = random.int(1...4)
    let condition = random.chance(90) ? condition(depth) : expression(.bool, depth)
    return (random.chance(85) ? " when { " : " unless { ") + condition.text + " }"
  }

  private mutating func annotations() -> String {
    switch random.int(0...9) {
    case 0: "@id(\(literal(random.pick(Vocabulary.strings))))\n"
    case 1: "@note @if(\"x\") "
    case 2: "// a comment \u{E9}\n"
    default: ""
    }
  }

  private mutating func side(
    _ variable: String, _ type: EntityTypeName
  ) -> (text: String, isSlot: Bool) {
    let isSlot = random.chance(10)
    let named = isFaulty() ? anyUID() : container(of: type)
    let entity = isSlot ? "?\(variable)" : text(of: .entity(named)).text
    switch random.int(0...(namesTypes ? 16 : 9)) {
    case 0: return ("\(variable) == \(isSlot ? entity : text(of: .entity(uid(type))).text)", isSlot)
    case 1...2: return ("\(variable) in \(entity)", isSlot)
    case 3: return ("\(variable) is \(type) in \(entity)", isSlot)
    case 4: return ("\(variable) is \(random.pick(world.kinds).name)", false)
    case 7...8: return (variable, false)
    default: return ("\(variable) is \(type)", false)
    }
  }

  private mutating func action() -> String {
    let own = text(of: .entity(environment.action)).text
    let any = world.actions.map(\.uid)
    switch random.int(0...(namesTypes ? 16 : 9)) {
    case 0...3, 10...: return "action == \(own)"
    case 4: return "action in \(text(of: .entity(random.pick(any))).text)"
    case 5...6:
      let others = random.some(of: any, percent: 40).map { text(of: .entity($0)).text }
      return "action in [\(([own] + others).joined(separator: ", "))]"
    case 7 where style != .clean: return "action in []"
    default: return "action"
    }
  }
}
