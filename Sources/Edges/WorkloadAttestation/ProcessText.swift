/// Reads the kernel's text about a process (proc(5)).
enum ProcessText {
  struct Credentials: Hashable {
    /// The effective user.
    var uid: UInt32
    /// The effective group.
    var gid: UInt32
    var supplementaryGroups: Set<UInt32>
  }

  /// Field 22 of `stat`. The second field is the command's name in parentheses, which may itself
  /// hold blanks and parentheses.
  static func startTime(inStat text: [UInt8]) -> UInt64? {
    guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = text[end...].dropFirst().split(separator: UInt8(ascii: " "))
    // The first of these is field 3.
    return fields.dropFirst(19).first.flatMap { Self.number($0) }
  }

  /// The lines `Uid`, `Gid` and `Groups` of `status`.
  static func credentials(inStatus text: [UInt8]) -> Credentials? {
    var uid: UInt32?
    var gid: UInt32?
    var groups: Set<UInt32>?
    for line in text.split(separator: UInt8(ascii: "\n")) {
      // Only the first line of each name counts: the kernel writes each once.
      if uid == nil, let values = Self.values(of: line, named: "Uid:") {
        uid = values.count == 4 ? values[1] : nil
      } else if gid == nil, let values = Self.values(of: line, named: "Gid:") {
        gid = values.count == 4 ? values[1] : nil
      } else if groups == nil, let values = Self.values(of: line, named: "Groups:") {
        groups = Set(values)
      }
    }
    guard let uid, let gid, let groups else { return nil }
    return Credentials(uid: uid, gid: gid, supplementaryGroups: groups)
  }

  private static func values(of line: ArraySlice<UInt8>, named name: String) -> [UInt32]? {
    guard line.starts(with: name.utf8) else { return nil }
    var values: [UInt32] = []
    let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t")]
    for field in line.dropFirst(name.utf8.count).split(whereSeparator: blanks.contains) {
      guard let value: UInt32 = Self.number(field) else { return nil }
      values.append(value)
    }
    return values
  }

  private static func number<Number: FixedWidthInteger>(_ digits: ArraySlice<UInt8>) -> Number? {
    guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return Number(String(decoding: digits.prefix(32), as: UTF8.self))
  }
}
