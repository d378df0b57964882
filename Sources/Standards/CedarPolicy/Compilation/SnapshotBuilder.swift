/// Gives numbers to everything that policies and entities name.
struct SnapshotBuilder {
  var pool = ValuePool()
  var entities = EntityTable()
  private var setNumbers: [Set<CedarValue>: Int32] = [:]
  private var recordNumbers: [CedarRecord: Int32] = [:]
  private var addressNumbers: [CedarIPAddress: Int32] = [:]

  init(_ store: Entities) {
    let all = Array(store.all)
    for entity in all { _ = number(of: entity.uid) }
    // Later ones are entities that others only name; they have no data.
    let stored = all.map { entity in
      (
        attributes: fields(entity.attributes), tags: fields(entity.tags),
        parents: entity.parents.map { number(of: $0) }
      )
    }
    entities.isStored = Array(repeating: true, count: all.count)
    entities.attributes = stored.map(\.attributes)
    entities.tags = stored.map(\.tags)
    fillAncestors(parents: stored.map(\.parents))
  }

  /// The number of an entity, a new one if it has none.
  mutating func number(of uid: EntityUID) -> Int32 {
    if let number = entities.numbers.number(of: uid, among: entities.uids) { return number }
    let number = Int32(clamping: entities.count)
    entities.uids.append(uid)
    entities.numbers.add(number, among: entities.uids)
    entities.types.append(self.number(ofType: uid.type))
    return number
  }

  mutating func number(ofType name: EntityTypeName) -> Int32 {
    if let number = entities.typeNumbers[name] { return number }
    let number = Int32(clamping: entities.typeNames.count)
    entities.typeNumbers[name] = number
    entities.typeNames.append(name)
    return number
  }

  mutating func number(ofText text: String) -> Int32 {
    if let number = pool.number(ofText: text) { return number }
    let number = Int32(clamping: pool.texts.count)
    pool.textNumbers[CodePointText(text)] = number
    pool.texts.append(text)
    return number
  }

  mutating func pooled(_ value: CedarValue) -> PooledValue {
    switch value {
    case .string(let text): PooledValue(.text, number: number(ofText: text))
    case .entity(let uid): .entity(number(of: uid))
    case .set(let set): PooledValue(.set, number: number(ofSet: set))
    case .record(let record): PooledValue(.record, number: number(ofRecord: record))
    case .ip(let address): PooledValue(.address, number: number(ofAddress: address))
    default: PooledValue(selfContained: value) ?? .bool(false)
    }
  }

  /// Fills what entities have that are named but not stored: nothing.
  mutating func finish() {
    let missing = entities.count - entities.isStored.count
    entities.isStored += Array(repeating: false, count: missing)
    entities.attributes += Array(repeating: .empty, count: missing)
    entities.tags += Array(repeating: .empty, count: missing)
    entities.ancestorSlices += Array(repeating: .empty, count: missing)
  }

  private mutating func number(ofSet set: Set<CedarValue>) -> Int32 {
    if let number = setNumbers[set] { return number }
    let elements = set.map { pooled($0) }.sorted(by: PooledValue.precedes)
    let number = Int32(clamping: pool.sets.count)
    pool.sets.append(
      ValuePool.PooledSet(
        value: set, elements: Extent(pool.elements.count, count: elements.count),
        hasOnlyEntities: elements.allSatisfy { $0.kind == .entity }))
    pool.elements += elements
    setNumbers[set] = number
    return number
  }

  private mutating func number(ofRecord record: CedarRecord) -> Int32 {
    if let number = recordNumbers[record] { return number }
    let fields = fields(record)
    let number = Int32(clamping: pool.records.count)
    pool.records.append(ValuePool.PooledRecord(value: record, fields: fields))
    recordNumbers[record] = number
    return number
  }

  private mutating func number(ofAddress address: CedarIPAddress) -> Int32 {
    if let number = addressNumbers[address] { return number }
    let number = Int32(clamping: pool.addresses.count)
    pool.addresses.append(address)
    addressNumbers[address] = number
    return number
  }

  private mutating func fields(_ record: CedarRecord) -> Extent {
    let fields = record.fields
      .map { PooledField(number(ofText: $0.name), pooled($0.value)) }
      .sorted { $0.name < $1.name }
    let slice = Extent(pool.fields.count, count: fields.count)
    pool.fields += fields
    return slice
  }

  /// Takes the entities up from the roots, each when all its parents are done; a store has no
  /// cycles.
  private mutating func fillAncestors(parents: [[Int32]]) {
    entities.ancestorSlices = Array(repeating: .empty, count: parents.count)
    var isDone = Array(repeating: false, count: parents.count)
    var open: [Int32] = []
    for start in parents.indices where !isDone[start] {
      open.append(Int32(clamping: start))
      while let number = open.last {
        let own = parents[Int(number)]
        let waiting = own.filter { Int($0) < parents.count && !isDone[Int($0)] }
        guard waiting.isEmpty || isDone[Int(number)] else {
          open += waiting
          continue
        }
        open.removeLast()
        if isDone[Int(number)] { continue }
        isDone[Int(number)] = true
        appendAncestors(of: Int(number), through: own)
      }
    }
  }

  private mutating func appendAncestors(of number: Int, through parents: [Int32]) {
    var all = parents
    for parent in parents where Int(parent) < entities.ancestorSlices.count {
      all += entities.ancestors[entities.ancestorSlices[Int(parent)].range]
    }
    all.sort()
    let start = entities.ancestors.count
    for ancestor in all
    where entities.ancestors.count == start || entities.ancestors.last != ancestor {
      entities.ancestors.append(ancestor)
    }
    entities.ancestorSlices[number] = Extent(start, count: entities.ancestors.count - start)
  }
}
