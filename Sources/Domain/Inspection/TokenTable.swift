/// Credentials whose signatures were good, by the exact text that was presented: bounded, and the least
/// recently used of a few goes for a new one.
///
/// Nothing is denied by what is in here, and nothing is allowed by it either.
package struct TokenTable {
  /// The longest text that is kept, in bytes: with the capacity it bounds the memory.
  package static let longestText = 4_096

  private struct Slot {
    let hash: Int
    let text: String
    let credential: SignedCredential
    var lastUse: UInt64
  }

  /// How many places a text can be in.
  private static let ways = 8

  private var slots: [Slot?]
  private let setMask: Int
  private var uses: UInt64 = 0
  package private(set) var count = 0

  /// - Parameter capacity: the most credentials that are kept; rounded up to 8, 16, 32 and so on, and
  ///   at most 1,048,576.
  package init(capacity: Int) {
    var sets = 1
    while sets * Self.ways < min(capacity, 1_048_576) { sets *= 2 }
    self.slots = Array(repeating: nil, count: sets * Self.ways)
    self.setMask = sets - 1
  }

  package mutating func recall(_ text: String) -> SignedCredential? {
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
  package mutating func keep(_ credential: SignedCredential?, for text: String) {
    guard text.utf8.count <= Self.longestText else { return }
    let hash = Self.hash(text)
    let places = self.places(hash)
    let known = places.first { index in
      self.slots[index].map { $0.hash == hash && Self.isSame($0.text, text) } ?? false
    }
    guard let credential else {
      if let known { self.replace(known, with: nil) }
      return
    }
    self.uses &+= 1
    let index = known ?? self.leastUsed(of: places)
    self.replace(
      index, with: Slot(hash: hash, text: text, credential: credential, lastUse: self.uses))
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
  private static func hash(_ text: String) -> Int {
    var hasher = Hasher()
    hasher.combine(text.utf8.count)
    let isHashed: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
      hasher.combine(
        bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes).suffix(40)))
    }
    if isHashed == nil { for byte in text.utf8.suffix(40) { hasher.combine(byte) } }
    return hasher.finalize()
  }

  /// Byte by byte: what is kept is ASCII, of which there is one encoding.
  private static func isSame(_ kept: String, _ text: String) -> Bool {
    kept.utf8.count == text.utf8.count && kept == text
  }
}
