/// Looks through YAML text for aliases in places where they could be expanded before the limits
/// on values apply.
///
/// A YAML reader hashes keys, and a key that holds nested aliases can stand for exponentially many
/// values. In a document with anchors, aliases are therefore accepted only as the whole value of a
/// key or an element in block style (`key: *name`, `- *name`), and explicit keys (`?`) not at all.
/// The scan knows no quoting, so it errs towards refusal, in documents with anchors only.
enum AliasScan {
  static func check(_ text: String) throws(ContractError) {
    let lines = text.utf8.split(omittingEmptySubsequences: false) {
      $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
    }
    guard lines.contains(where: holdsAnchor) else { return }
    for (index, line) in lines.enumerated() {
      guard isAccepted(line) else {
        throw ContractError(
          .syntax, line: index + 1,
          "with anchors, an alias must be a whole value (key: *name) and explicit keys (?) are "
            + "not accepted")
      }
    }
  }

  private typealias Line = Substring.UTF8View

  private static func holdsAnchor(_ line: Line) -> Bool {
    !indicators(UInt8(ascii: "&"), in: line).isEmpty
  }

  private static func isAccepted(_ line: Line) -> Bool {
    let explicitKeys = indicators(UInt8(ascii: "?"), in: line, followedByName: false)
    guard explicitKeys.isEmpty else { return false }
    let aliases = indicators(UInt8(ascii: "*"), in: line)
    guard let alias = aliases.first else { return true }
    return aliases.count == 1 && isWholeValue(alias, of: line)
  }

  /// `key: *name` or `- *name`, with nothing after it but a comment.
  private static func isWholeValue(_ alias: Line.Index, of line: Line) -> Bool {
    let before = line[..<alias]
    guard let gap = before.last, isBlank(gap), !before.contains(where: { "{[".utf8.contains($0) }),
      let mark = before.last(where: { !isBlank($0) }), ":-".utf8.contains(mark)
    else { return false }
    let after = line[alias...].dropFirst().drop(while: isNameByte)
    let rest = after.drop(while: isBlank)
    return rest.isEmpty || (rest.first == UInt8(ascii: "#") && after.count > rest.count)
  }

  /// Where `mark` could begin a token: at a line's start or behind a blank or a flow indicator.
  private static func indicators(
    _ mark: UInt8, in line: Line, followedByName: Bool = true
  ) -> [Line.Index] {
    line.indices.filter { index in
      guard line[index] == mark else { return false }
      let before = index == line.startIndex ? nil : line[line.index(before: index)]
      let next = line[line.index(after: index)...].first
      let starts = before.map { isBlank($0) || "[{,:".utf8.contains($0) } ?? true
      return starts && (followedByName ? next.map(isNameByte) ?? false : next.map(isBlank) ?? true)
    }
  }

  /// Bytes outside ASCII count as blanks, because YAML has line breaks among them.
  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte >= 0x80
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
