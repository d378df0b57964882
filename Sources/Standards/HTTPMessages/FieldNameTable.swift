/// What a field's name is found to be.
struct FieldNameKind: Sendable {
  /// The known name, with "_" taken for "-".
  var known: KnownFieldName?
  /// The family of names that the gateway keeps to itself or does not believe, for other names.
  var family = Family.none
  /// Whether the name has an "_" where the known name has a "-".
  var isLookAlike = false

  enum Family: UInt8, Sendable {
    case none
    /// Names that could carry an identity or a route.
    case identity
    /// The gateway's own names.
    case own
  }

  /// The known name, if it is spelt with "-".
  @inline(__always)
  var exact: KnownFieldName? { isLookAlike ? nil : known }
}

/// Finds known names, and the beginnings of names that belong to a family.
///
/// "_" is equal to "-": servers behind gateway interfaces such as CGI and WSGI cannot tell them
/// apart, so neither does anybody who decides what a field may do.
struct FieldNameTable: Sendable {
  private struct Entry: Sendable {
    let name: KnownFieldName
    let count: Int
    /// The bytes, eight in a word, zeros behind the last. No array, since one would be retained at
    /// each look.
    let words: SIMD4<UInt64>

    /// The byte at `offset`.
    func byte(at offset: Int) -> UInt8 {
      UInt8(truncatingIfNeeded: words[(offset >> 3) & 3] >> UInt64((offset & 7) &* 8))
    }
  }

  static let shared = FieldNameTable()

  /// Longer names are in no table.
  private static let longest = 32

  private let entries: [Entry]
  /// Where the names with one key begin in `entries`, and, at the next key, where they end.
  private let starts: [UInt8]
  /// Prefixes by their third byte.
  private let prefixes: [[(bytes: [UInt8], family: FieldNameKind.Family)]]

  private init() {
    var buckets = [[Entry]](repeating: [], count: 256)
    for name in KnownFieldName.allCases {
      let bytes = Array(name.name.utf8)
      guard let first = bytes.first, let last = bytes.last, bytes.count <= Self.longest else {
        continue
      }
      let entry = Entry(name: name, count: bytes.count, words: Self.words(bytes))
      buckets[Self.key(count: bytes.count, first: first, last: last)].append(entry)
    }
    entries = buckets.flatMap { $0 }
    var starts: [UInt8] = [0]
    for bucket in buckets { starts.append((starts.last ?? 0) + UInt8(bucket.count)) }
    self.starts = starts
    var prefixes = [[(bytes: [UInt8], family: FieldNameKind.Family)]](repeating: [], count: 256)
    for prefix in ForwardingRules.identityPrefixes {
      prefixes[Self.thirdByte(of: prefix.utf8)].append((Array(prefix.utf8), .identity))
    }
    let own = ForwardingRules.ownPrefix
    prefixes[Self.thirdByte(of: own.utf8)].append((Array(own.utf8), .own))
    self.prefixes = prefixes
  }

  private static func words(_ bytes: [UInt8]) -> SIMD4<UInt64> {
    var words = SIMD4<UInt64>()
    for (offset, byte) in bytes.prefix(longest).enumerated() {
      words[offset >> 3] |= UInt64(byte) << UInt64((offset & 7) * 8)
    }
    return words
  }

  private static func thirdByte(of name: some Collection<UInt8>) -> Int {
    name.dropFirst(2).first.map { Int(folded($0)) } ?? 0
  }

  @inline(__always)
  private static func key(count: Int, first: UInt8, last: UInt8) -> Int {
    (count &* 9 &+ Int(first | 0x20) &+ Int(last | 0x20) &* 29) & 0xFF
  }

  @inline(__always)
  static func folded(_ byte: UInt8) -> UInt8 {
    byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte.lowercased
  }

  /// What the token at `range` of `bytes` is.
  func kind(of range: Range<Int>, in bytes: Span<UInt8>) -> FieldNameKind {
    guard let first = range.first, let last = range.last else { return FieldNameKind() }
    if range.count <= Self.longest {
      let key = Self.key(count: range.count, first: bytes[first], last: bytes[last])
      for index in Int(starts[key])..<Int(starts[key &+ 1]) {
        let entry = entries[index]
        guard entry.count == range.count else { continue }
        if Self.isSame(entry, range, in: bytes) { return FieldNameKind(known: entry.name) }
        if Self.isSame(entry, range, in: bytes, by: Self.folded) {
          return FieldNameKind(known: entry.name, isLookAlike: true)
        }
      }
    }
    return FieldNameKind(family: family(of: range, in: bytes))
  }

  private func family(of range: Range<Int>, in bytes: Span<UInt8>) -> FieldNameKind.Family {
    guard range.count > 4 else { return .none }
    for prefix in prefixes[Int(Self.folded(bytes[range.lowerBound &+ 2]))]
    where Self.hasPrefix(prefix.bytes, range, in: bytes) {
      return prefix.family
    }
    return .none
  }

  /// Whether the name at `range` is the entry's, without case; its length is the same.
  @inline(__always)
  private static func isSame(_ entry: Entry, _ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
    var offset = range.lowerBound
    var index = 0
    while offset < range.upperBound {
      let left = range.upperBound &- offset
      // Names beside the end of the bytes are compared byte for byte instead.
      guard offset &+ 8 <= bytes.count else {
        return isSame(entry, range, in: bytes, by: \.lowercased)
      }
      let mask: UInt64 = left >= 8 ? .max : (1 << UInt64(left &* 8)) &- 1
      let word = ByteWord(bytes.bytes, at: offset).lowercasedToken & mask
      guard word == entry.words[index & 3] else { return false }
      offset &+= 8
      index &+= 1
    }
    return true
  }

  /// Whether the name at `range`, each byte read by `form`, is the entry's of the same length.
  private static func isSame(
    _ entry: Entry, _ range: Range<Int>, in bytes: Span<UInt8>, by form: (UInt8) -> UInt8
  ) -> Bool {
    for (offset, index) in range.enumerated()
    where form(bytes[index]) != entry.byte(at: offset) {
      return false
    }
    return true
  }

  /// Whether the name at `range` begins with `prefix`, without case and with "_" equal to "-".
  private static func hasPrefix(
    _ prefix: [UInt8], _ range: Range<Int>, in bytes: Span<UInt8>
  ) -> Bool {
    guard range.count >= prefix.count else { return false }
    for offset in 0..<prefix.count
    where folded(bytes[range.lowerBound &+ offset]) != prefix[offset] {
      return false
    }
    return true
  }
}
