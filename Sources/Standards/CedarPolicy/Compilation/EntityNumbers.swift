/// The numbers of entities by name: a hash table with open addressing over an array of names.
///
/// A dictionary would do the same; its hash function takes most of the time of a small decision.
struct EntityNumbers: Sendable {
  private struct Entry: Sendable {
    var hash: UInt32 = 0
    var number: Int32 = -1
  }

  private var entries = Array(repeating: Entry(), count: 16)
  private var count = 0

  /// Unlike in each process, so that nobody can prepare names that collide.
  private let seed = UInt64(bitPattern: Int64(Hasher().finalize()))

  /// The number of a name, which is its place in the array.
  func number(of uid: EntityUID, among uids: [EntityUID]) -> Int32? {
    let hash = hash(of: uid)
    var place = Int(hash) & (entries.count - 1)
    while entries[place].number >= 0 {
      if entries[place].hash == hash, uids[Int(entries[place].number)] == uid {
        return entries[place].number
      }
      place = (place + 1) & (entries.count - 1)
    }
    return nil
  }

  /// Adds a name of the array, which the table does not have yet.
  mutating func add(_ number: Int32, among uids: [EntityUID]) {
    if (count + 1) * 2 > entries.count { grow() }
    count += 1
    insert(Entry(hash: hash(of: uids[Int(number)]), number: number))
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(), count: old.count * 2)
    for entry in old where entry.number >= 0 { insert(entry) }
  }

  private mutating func insert(_ entry: Entry) {
    var place = Int(entry.hash) & (entries.count - 1)
    while entries[place].number >= 0 { place = (place + 1) & (entries.count - 1) }
    entries[place] = entry
  }

  private func hash(of uid: EntityUID) -> UInt32 {
    var hash = TextHash(seed)
    hash.combine(uid.type.text)
    hash.combine(uid.id)
    return hash.value
  }
}

/// A hash of texts by their bytes, eight at a time; each step multiplies to 128 bits and adds the
/// halves, as wyhash does.
private struct TextHash {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed
  }

  var value: UInt32 { UInt32(truncatingIfNeeded: state ^ (state >> 32)) }

  mutating func combine(_ text: String) {
    var text = text
    text.withUTF8 { combine(UnsafeRawBufferPointer($0)) }
  }

  private mutating func combine(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while offset + 8 <= bytes.count {
      mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    // The length tells texts apart that end in zeros.
    var rest = UInt64(truncatingIfNeeded: bytes.count) << 56
    while offset < bytes.count {
      rest = rest << 8 ^ UInt64(bytes[offset])
      offset += 1
    }
    mix(rest)
  }

  private mutating func mix(_ word: UInt64) {
    let product = (state ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    state = product.high ^ product.low ^ 0xE703_7ED1_A0B4_28DB
  }
}
