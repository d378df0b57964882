import TransparencyLog

/// What a leaf of the log says: which lines of which segment file it covers, and their root.
///
/// Its entry is compact JSON with exactly these members in exactly this order:
/// `{"segment":{"file":0,"offset":0,"length":812,"count":3,"first":1,"last":2,"root":"<base64>"}}`.
struct SegmentLeaf: Hashable, Sendable {
  /// The number of the segment file.
  let file: UInt64
  /// Where the lines start in the file, in bytes.
  let offset: UInt64
  /// How long they are together, in bytes.
  let length: UInt64
  /// How many lines there are.
  let count: UInt64
  /// The earliest and the latest time among the lines, in milliseconds since 1970.
  let first: UInt64
  let last: UInt64
  /// The RFC 6962 root over the lines.
  let root: MerkleHash

  var end: LogPosition { LogPosition(segment: file, offset: offset &+ length) }

  var entry: [UInt8] {
    Array(
      ("{\"segment\":{\"file\":\(file),\"offset\":\(offset),\"length\":\(length),"
        + "\"count\":\(count),\"first\":\(first),\"last\":\(last),\"root\":\"\(root.base64)\"}}")
        .utf8)
  }

  /// The leaf of an entry, or nil if the entry is not exactly what `entry` makes.
  static func parse(_ entry: [UInt8]) -> SegmentLeaf? {
    var rest = entry[...]
    guard let file = number(after: "{\"segment\":{\"file\":", in: &rest),
      let offset = number(after: ",\"offset\":", in: &rest),
      let length = number(after: ",\"length\":", in: &rest),
      let count = number(after: ",\"count\":", in: &rest),
      let first = number(after: ",\"first\":", in: &rest),
      let last = number(after: ",\"last\":", in: &rest),
      skip(",\"root\":\"", in: &rest),
      let root = try? MerkleHash(base64: String(decoding: rest.prefix(44), as: UTF8.self))
    else { return nil }
    let leaf = SegmentLeaf(
      file: file, offset: offset, length: length, count: count, first: first, last: last, root: root
    )
    guard !offset.addingReportingOverflow(length).overflow, leaf.entry == entry else { return nil }
    return leaf
  }

  private static func skip(_ literal: String, in rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.starts(with: literal.utf8) else { return false }
    rest = rest.dropFirst(literal.utf8.count)
    return true
  }

  private static func number(
    after literal: String, in rest: inout ArraySlice<UInt8>
  ) -> UInt64? {
    guard skip(literal, in: &rest) else { return nil }
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest = rest.dropFirst(digits.count)
    return UInt64(String(decoding: digits, as: UTF8.self))
  }
}

/// Lines that are durable and not yet sealed: they become one leaf.
struct OpenLeaf: Sendable {
  private let file: UInt64
  private let offset: UInt64
  private(set) var length: UInt64 = 0
  private var lines = MerkleRange()
  private var first = UInt64.max
  private var last: UInt64 = 0

  init(at position: LogPosition) {
    file = position.segment
    offset = position.offset
  }

  mutating func add(_ hash: MerkleHash, length: Int, time: UInt64) {
    lines.append(hash)
    self.length += UInt64(length)
    first = min(first, time)
    last = max(last, time)
  }

  /// The leaf of these lines, or nil if there are none.
  var leaf: SegmentLeaf? {
    guard lines.size > 0 else { return nil }
    return SegmentLeaf(
      file: file, offset: offset, length: length, count: lines.size, first: first, last: last,
      root: lines.root)
  }
}
