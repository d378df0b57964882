/// The spelling of an index in paths (C2SP tlog-tiles): groups of three digits, all but the last
/// with an `x` before them, so that 1234067 is `x001/x234/067`.
public enum TileIndex {
  /// The path of an index, without a leading or trailing slash.
  public static func path(_ index: UInt64) -> String {
    var groups = [padded(index % 1000)]
    var rest = index / 1000
    while rest > 0 {
      groups.append("x" + padded(rest % 1000))
      rest /= 1000
    }
    return groups.reversed().joined(separator: "/")
  }

  private static func padded(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
  }

  /// The index that a path spells, or nil if it is not the canonical path of any.
  public static func parse(_ path: String) -> UInt64? {
    parse(path.split(separator: "/", omittingEmptySubsequences: false)[...])
  }

  static func parse(_ groups: ArraySlice<Substring>) -> UInt64? {
    guard let last = groups.last, groups.count <= 7 else { return nil }
    var digits: [UInt8] = []
    for group in groups.dropLast() {
      guard group.utf8.count == 4, group.utf8.first == UInt8(ascii: "x") else { return nil }
      digits += group.utf8.dropFirst()
    }
    guard last.utf8.count == 3 else { return nil }
    digits += last.utf8
    guard let index = CanonicalDecimal.digits(digits) else { return nil }
    return path(index) == groups.joined(separator: "/") ? index : nil
  }
}
