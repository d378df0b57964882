import StrictJSON

/// Credentials whose signatures were good, by the exact text that was presented: bounded, and the least
/// recently used of a few goes for a new one.
///
/// A text is kept when it comes for the second time; of the first time only its keyed hash stays. So a
/// token that is used once costs no memory and displaces none, and one that is used again is verified
/// twice. Until then a source whose credentials failed too often is shut out with it too: only a token
/// that is kept passes without another check of its signature.
///
/// Nothing is denied by what is in here, and nothing is allowed by it either.
package struct TokenTable {
  /// The longest text that is kept, in bytes: with the capacity it bounds the memory.
  package static let longestText = 4_096

  private struct Slot {
    let hash: Int
    let text: [UInt8]
    let credential: SignedCredential
    var lastUse: UInt64
  }

  /// How many places a text can be in.
  private static let ways = 8

  private var slots: [Slot?]
  /// Hashes of texts that came once, as many for each set as it has places.
  private var met: [Int]
  private var turns = 0
  private let setMask: Int
  private var uses: UInt64 = 0
  package private(set) var count = 0
  /// How many made room for others.
  package private(set) var evictions: UInt64 = 0

  /// - Parameter capacity: the most credentials that are kept; rounded up to 8, 16, 32 and so on, and
  ///   at most 1,048,576.
  package init(capacity: Int) {
    var sets = 1
    while sets * Self.ways < min(capacity, 1_048_576) { sets *= 2 }
    self.slots = Array(repeating: nil, count: sets * Self.ways)
    self.met = Array(repeating: 0, count: sets * Self.ways)
    self.setMask = sets - 1
  }

  package mutating func recall(_ text: ArraySlice<UInt8>) -> SignedCredential? {
    let hash = Self.hash(text)
    for index in self.places(hash) {
      guard let slot = self.slots[index], slot.hash == hash, Self.isSame(slot.text, text) else {
        continue
      }
      self.uses &+= 1
      self.slots[index]?.lastUse = self.uses
      return slot.credential
    }
    return nil
  }

  /// Keeps a credential, or with `nil` drops what was kept under the text.
  ///
  /// What came for the first time is not kept yet.
  package mutating func keep(_ credential: SignedCredential?, for text: ArraySlice<UInt8>) {
    guard text.count <= Self.longestText else { return }
    let hash = Self.hash(text)
    let places = self.places(hash)
    let known = places.first { index in
      self.slots[index].map { $0.hash == hash && Self.isSame($0.text, text) } ?? false
    }
    guard let credential else {
      guard let known else { return }
      self.replace(known, with: nil)
      // It has come more than once, and is kept again once it is verified again.
      _ = self.meet(hash, places)
      return
    }
    if known == nil, !self.meet(hash, places) { return }
    self.uses &+= 1
    let index = known ?? self.leastUsed(of: places)
    if known == nil, self.slots[index] != nil { self.evictions &+= 1 }
    self.replace(
      index, with: Slot(hash: hash, text: Array(text), credential: credential, lastUse: self.uses))
  }

  /// Notes that a text of this hash came.
  /// - Returns: whether one came lately.
  private mutating func meet(_ hash: Int, _ places: Range<Int>) -> Bool {
    if self.met[places].contains(hash) { return true }
    self.turns &+= 1
    self.met[places.lowerBound + (self.turns & (Self.ways - 1))] = hash
    return false
  }

  private mutating func replace(_ index: Int, with slot: Slot?) {
    guard self.slots.indices.contains(index) else { return }
    self.count += (slot == nil ? 0 : 1) - (self.slots[index] == nil ? 0 : 1)
    self.slots[index] = slot
  }

  private func leastUsed(of places: Range<Int>) -> Int {
    places.min { (self.slots[$0]?.lastUse ?? 0) < (self.slots[$1]?.lastUse ?? 0) }
      ?? places.lowerBound
  }

  /// Within the bounds, because the mask is of the number of sets.
  private func places(_ hash: Int) -> Range<Int> {
    let first = (hash & self.setMask) &* Self.ways
    return first..<(first &+ Self.ways)
  }

  /// Of the length and the last bytes, which in a token are its signature: whoever could choose them
  /// would have to make a good signature of them. Swift seeds hashes anew in every process.
  private static func hash(_ text: ArraySlice<UInt8>) -> Int {
    var hasher = Hasher()
    hasher.combine(text.count)
    text.withUnsafeBytes {
      hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0.suffix(40)))
    }
    return hasher.finalize()
  }

  private static func isSame(_ kept: [UInt8], _ text: ArraySlice<UInt8>) -> Bool {
    kept.withUnsafeBytes { kept in
      text.withUnsafeBytes { text in kept.hasSameBytes(as: text) }
    }
  }
}
