/// Which policies a request may concern, found without looking at the others.
///
/// Each policy is filed under what its scope says of the action and, for each such table, under
/// one key: an entity or a type that its scope names for the principal or the resource, the one
/// that few requests have and few policies share. A request asks for the keys that it has: its
/// principal and resource, what they are in, their types. So no policy is found twice.
struct ScopeIndex: Sendable {
  /// How a policy's scope names the entity or type under which it is filed.
  enum KeyKind: UInt8, Sendable, CaseIterable {
    case none
    case principalEqual, principalIn, principalType
    case resourceEqual, resourceIn, resourceType

    var bit: UInt8 { 1 << rawValue }
  }

  /// The policies that concern one action, or (the first table) any.
  struct Table: Sendable {
    /// The kinds of keys that it has, as bits.
    var kinds: UInt8 = 0
  }

  /// For each entity, the ones that it is in, itself too, that are keys.
  struct KeyedAncestors: Sendable {
    let slices: [Extent]
    let entities: [Int32]
  }

  let tables: [Table]

  /// The table of each entity that is an action, or -1.
  let actionTables: [Int32]
  let buckets: BucketTable

  /// The policies of all buckets.
  let filed: [Int32]
  let principals: KeyedAncestors
  let resources: KeyedAncestors

  /// The entities of ``CompiledActionConstraint/isInAny(_:)``.
  let lists: [Int32]

  static func key(table: Int32, _ kind: KeyKind, _ number: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: table)) << 35 | UInt64(kind.rawValue) << 32
      | UInt64(UInt32(bitPattern: number))
  }
}

/// Numbers of buckets by key, with open addressing.
struct BucketTable: Sendable {
  private var keys: [UInt64]
  private var slices: [Extent]
  private let shift: UInt64

  /// No key has this value: tables are far fewer.
  private static let free = UInt64.max

  init(_ buckets: [(key: UInt64, slice: Extent)]) {
    var bits: UInt64 = 2
    while 1 << bits < buckets.count * 2 { bits += 1 }
    keys = Array(repeating: Self.free, count: 1 << bits)
    slices = Array(repeating: .empty, count: 1 << bits)
    shift = 64 - bits
    for (key, slice) in buckets {
      let place = place(of: key)
      keys[place] = key
      slices[place] = slice
    }
  }

  subscript(key: UInt64) -> Extent {
    let place = place(of: key)
    return keys[place] == key ? slices[place] : .empty
  }

  /// Where a key is or would be; half of the places are free.
  private func place(of key: UInt64) -> Int {
    // Knuth's multiplicative hashing: the upper bits of the product depend on all of the key.
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while keys[place] != key, keys[place] != Self.free { place = (place + 1) & (keys.count - 1) }
    return place
  }
}
