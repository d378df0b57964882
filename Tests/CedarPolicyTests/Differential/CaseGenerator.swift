import CedarPolicy

/// Makes a case of the differential test from a seed: a world of types first, then policies,
/// entities and requests that speak of it.
///
/// Parts of it are in extensions: the world, values, expressions, policies, entities and requests.
struct CaseGenerator {
  /// How often something is made that does not fit the types, in a hundred.
  enum Style: Int {
    case clean = 0
    case usual = 2
    case wild = 10
  }

  var random: SplitMix64
  let style: Style
  /// Whether most policies name the types and the action that they are for, as validation needs it.
  var namesTypes = false
  var world: GeneratedWorld
  var environment: GeneratedWorld.Environment
  /// Ways to values from the variables of the environment.
  var paths: [GeneratedPath] = []
  /// Tests that the next condition needs before it, so that it finds what it reads.
  var guards: [String] = []

  init(seed: UInt64) throws {
    random = SplitMix64(seed: seed)
    style = random.pick(weighted: [(3, .clean), (5, .usual), (2, .wild)])
    var worldGenerator = WorldGenerator(random: random)
    world = try worldGenerator.world()
    random = worldGenerator.random
    environment = random.pick(world.environments)
  }

  mutating func isFaulty() -> Bool {
    style != .clean && random.chance(style.rawValue)
  }
}

/// What both engines are asked.
struct DifferentialCase {
  struct Link {
    let template: String
    let id: String
    let values: [TemplateSlot: EntityUID]
  }

  struct GeneratedRequest {
    let principal: EntityUID
    let action: EntityUID
    let resource: EntityUID
    let context: [(name: String, value: GeneratedValue)]
  }

  let seed: UInt64
  /// The text of each policy and template; the ids are `policy` and the index.
  let policies: [String]
  let links: [Link]
  let entities: [GeneratedEntity]
  let requests: [GeneratedRequest]
  let world: GeneratedWorld

  var policyText: String { policies.joined(separator: "\n") }

  ///
  /// - Parameter namesTypes: whether most policies name the types and the action that they are
  ///   for, without which few are valid.
  init(seed: UInt64, requests: Int, namesTypes: Bool = false) throws {
    var generator = try CaseGenerator(seed: seed)
    generator.namesTypes = namesTypes
    self.seed = seed
    world = generator.world
    entities = generator.entities()
    (policies, links) = generator.policies()
    self.requests = (0..<requests).map { _ in generator.request() }
  }

  /// A case without permits: as all satisfied policies are reasons then, the answer shows for each
  /// of many conditions whether it is true, false or fails.
  init(seed: UInt64, conditions: Int, requests: Int) throws {
    var generator = try CaseGenerator(seed: seed)
    self.seed = seed
    world = generator.world
    entities = generator.entities()
    policies = (0..<conditions).map { _ in
      generator.enter(generator.random.pick(generator.world.environments))
      let depth = generator.random.int(0...3)
      let condition = depth == 0 ? generator.probe() : generator.condition(depth).text
      return "forbid(principal, action, resource) when { \(condition) };"
    }
    links = []
    self.requests = (0..<requests).map { _ in generator.request() }
  }
}

struct GeneratedEntity {
  let uid: EntityUID
  let attributes: [(name: String, value: GeneratedValue)]
  let parents: [EntityUID]
  let tags: [(name: String, value: GeneratedValue)]

  var json: String {
    var members = [
      ("uid", uid.json), ("attrs", jsonObject(attributes.map { ($0.name, $0.value.json) })),
      ("parents", jsonArray(parents.map(\.json))),
    ]
    if !tags.isEmpty { members.append(("tags", jsonObject(tags.map { ($0.name, $0.value.json) }))) }
    return jsonObject(members)
  }
}
