/// The file of up to 256 consecutive log entries: each with its length before it, as a big-endian
/// unsigned 16-bit number (C2SP tlog-tiles, "Log entries").
public enum EntryBundle {
  /// The longest entry, in bytes.
  public static let maximumEntryLength = Int(UInt16.max)

  /// The file of these entries, 1 to 256 of them.
  public static func encode(_ entries: [[UInt8]]) throws(TransparencyLogError) -> [UInt8] {
    guard (1...Tile.fullWidth).contains(entries.count) else {
      throw TransparencyLogError(.malformedTile, "an entry bundle holds 1 to 256 entries")
    }
    var bytes: [UInt8] = []
    for entry in entries {
      guard let length = UInt16(exactly: entry.count) else {
        throw TransparencyLogError(.malformedTile, "an entry has at most 65535 bytes")
      }
      bytes += [UInt8(length >> 8), UInt8(length & 0xff)]
      bytes += entry
    }
    return bytes
  }

  /// The entries of a file that must hold exactly `count` of them and nothing more.
  public static func decode(
    _ bytes: [UInt8], count: Int
  ) throws(TransparencyLogError) -> [[UInt8]] {
    var entries: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      guard entries.count < count, let high = rest.popFirst(), let low = rest.popFirst() else {
        throw TransparencyLogError(
          .malformedTile, "the bundle holds more than its \(count) entries")
      }
      let length = Int(high) << 8 | Int(low)
      guard rest.count >= length else {
        throw TransparencyLogError(.malformedTile, "entry \(entries.count) is cut short")
      }
      entries.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    guard entries.count == count else {
      throw TransparencyLogError(
        .malformedTile, "the bundle holds \(entries.count) entries, not \(count)")
    }
    return entries
  }
}
