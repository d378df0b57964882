/// Files policies under the keys of a ``ScopeIndex``.
struct ScopeIndexBuilder {
  private typealias Key = (kind: ScopeIndex.KeyKind, number: Int32)

  /// A policy that concerns more actions than this is filed once for all actions.
  private static let mostTables = 16

  private let policies: [CompiledPolicy]
  private let lists: [Int32]
  private let entities: EntityTable

  /// How many entities are of each type, and how many are in each entity, itself counted.
  private var typeCounts: [Int32]
  private var memberCounts: [Int32]

  /// The actions in each entity that a policy's scope names for the action.
  private var actionMembers: [Int32: [Int32]] = [:]

  init(_ policies: [CompiledPolicy], _ lists: [Int32], _ entities: EntityTable) {
    self.policies = policies
    self.lists = lists
    self.entities = entities
    typeCounts = Array(repeating: 1, count: entities.typeNames.count)
    memberCounts = Array(repeating: 1, count: entities.count)
    for type in entities.types { typeCounts[Int(type)] += 1 }
    for ancestor in entities.ancestors { memberCounts[Int(ancestor)] += 1 }
    findActionMembers()
  }

  func index() -> ScopeIndex {
    var tables = [ScopeIndex.Table()]
    var actionTables = Array(repeating: Int32(-1), count: entities.count)
    let places = policies.map { self.places(of: $0, &tables, &actionTables) }
    let loads = self.loads(of: places)
    var buckets: [UInt64: [Int32]] = [:]
    var principals: Set<Int32> = []
    var resources: Set<Int32> = []
    for (number, policy) in policies.enumerated() {
      for table in places[number] {
        let key = bestKey(of: policy, in: table, loads)
        tables[Int(table)].kinds |= key.kind.bit
        if key.kind == .principalIn { principals.insert(key.number) }
        if key.kind == .resourceIn { resources.insert(key.number) }
        let bucket = ScopeIndex.key(table: table, key.kind, key.number)
        buckets[bucket, default: []].append(Int32(clamping: number))
      }
    }
    let (filed, slices) = joined(buckets)
    return ScopeIndex(
      tables: tables, actionTables: actionTables, buckets: BucketTable(slices), filed: filed,
      principals: keyedAncestors(principals), resources: keyedAncestors(resources), lists: lists)
  }

  // MARK: Actions

  private mutating func findActionMembers() {
    for policy in policies {
      for group in groups(of: policy.action) { actionMembers[group] = [group] }
    }
    guard !actionMembers.isEmpty else { return }
    for number in entities.ancestorSlices.indices {
      for ancestor in entities.ancestors[entities.ancestorSlices[number].range] {
        actionMembers[ancestor]?.append(Int32(clamping: number))
      }
    }
  }

  private func groups(of constraint: CompiledActionConstraint) -> [Int32] {
    switch constraint {
    case .any, .equal: []
    case .isIn(let group): [group]
    case .isInAny(let slice): Array(lists[slice.range])
    }
  }

  /// The tables in which a policy is filed; new ones are made for new actions.
  private func places(
    of policy: CompiledPolicy, _ tables: inout [ScopeIndex.Table], _ actionTables: inout [Int32]
  ) -> [Int32] {
    guard !policy.isNeverSatisfied else { return [] }
    guard let actions = actions(of: policy.action) else { return [0] }
    return actions.map { action in
      if actionTables[Int(action)] < 0 {
        actionTables[Int(action)] = Int32(clamping: tables.count)
        tables.append(ScopeIndex.Table())
      }
      return actionTables[Int(action)]
    }
  }

  /// The actions that a policy concerns; nil for any or too many.
  private func actions(of constraint: CompiledActionConstraint) -> Set<Int32>? {
    switch constraint {
    case .any: return nil
    case .equal(let action): return [action]
    case .isIn, .isInAny:
      var actions: Set<Int32> = []
      for group in groups(of: constraint) {
        actions.formUnion(actionMembers[group] ?? [])
        if actions.count > Self.mostTables { return nil }
      }
      return actions
    }
  }

  // MARK: Keys

  private func keys(of policy: CompiledPolicy) -> [Key] {
    [
      key(policy.principal, .principalEqual, .principalIn, .principalType),
      key(policy.resource, .resourceEqual, .resourceIn, .resourceType),
    ].compactMap(\.self)
  }

  private func key(
    _ constraint: CompiledConstraint, _ equal: ScopeIndex.KeyKind, _ isIn: ScopeIndex.KeyKind,
    _ isType: ScopeIndex.KeyKind
  ) -> Key? {
    switch constraint.kind {
    case .any: nil
    case .equal: (equal, constraint.entity)
    case .isIn, .isTypeIn: (isIn, constraint.entity)
    case .isType: (isType, constraint.type)
    }
  }

  /// How many policies could be filed under each key.
  private func loads(of places: [[Int32]]) -> [UInt64: Int] {
    var loads: [UInt64: Int] = [:]
    for (policy, tables) in zip(policies, places) {
      let keys = keys(of: policy)
      for table in tables {
        for key in keys {
          loads[ScopeIndex.key(table: table, key.kind, key.number), default: 0] += 1
        }
      }
    }
    return loads
  }

  /// The key with the least product of the entities that have it and the policies that could be
  /// filed under it: so much is looked at in vain if all entities ask alike.
  private func bestKey(of policy: CompiledPolicy, in table: Int32, _ loads: [UInt64: Int]) -> Key {
    var best: (key: Key, cost: Double)?
    for key in keys(of: policy) {
      let load = loads[ScopeIndex.key(table: table, key.kind, key.number)] ?? 1
      let cost = Double(load) * Double(entityCount(of: key))
      if cost < best?.cost ?? .infinity { best = (key, cost) }
    }
    return best?.key ?? (.none, 0)
  }

  private func entityCount(of key: Key) -> Int32 {
    switch key.kind {
    case .none, .principalEqual, .resourceEqual: 1
    case .principalIn, .resourceIn: memberCounts[Int(key.number)]
    case .principalType, .resourceType: typeCounts[Int(key.number)]
    }
  }

  // MARK: Flat forms

  private func joined(
    _ buckets: [UInt64: [Int32]]
  ) -> (filed: [Int32], slices: [(key: UInt64, slice: Extent)]) {
    var filed: [Int32] = []
    var slices: [(key: UInt64, slice: Extent)] = []
    for (key, policies) in buckets {
      slices.append((key, Extent(filed.count, count: policies.count)))
      filed += policies
    }
    return (filed, slices)
  }

  private func keyedAncestors(_ keyed: Set<Int32>) -> ScopeIndex.KeyedAncestors {
    guard !keyed.isEmpty else { return ScopeIndex.KeyedAncestors(slices: [], entities: []) }
    var isKeyed = Array(repeating: false, count: entities.count)
    for number in keyed { isKeyed[Int(number)] = true }
    var slices: [Extent] = []
    var all: [Int32] = []
    for number in entities.ancestorSlices.indices {
      let start = all.count
      if isKeyed[number] { all.append(Int32(clamping: number)) }
      for ancestor in entities.ancestors[entities.ancestorSlices[number].range]
      where isKeyed[Int(ancestor)] {
        all.append(ancestor)
      }
      slices.append(Extent(start, count: all.count - start))
    }
    return ScopeIndex.KeyedAncestors(slices: slices, entities: all)
  }
}
