import Foundation

/// A JSON text cut into its parts, which stay the texts that they are.
///
/// Decoding would lose names that Swift holds for equal and Cedar does not.
struct RawJSON {
  struct Malformed: Error {}

  let text: String

  init(_ text: String) {
    self.text = text
  }

  /// The members of an object.
  func members() throws -> [String: RawJSON] {
    var members: [String: RawJSON] = [:]
    for part in try parts(between: "{", and: "}") {
      let pieces = try Self.split(part, at: UInt8(ascii: ":"), atMost: 1)
      guard pieces.count == 2 else { throw Malformed() }
      members[try RawJSON(pieces[0]).decoded(String.self)] = RawJSON(pieces[1])
    }
    return members
  }

  /// The elements of an array.
  func elements() throws -> [RawJSON] {
    try parts(between: "[", and: "]").map(RawJSON.init)
  }

  func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  private func parts(between open: Character, and close: Character) throws -> [String] {
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard trimmed.first == open, trimmed.last == close, trimmed.utf8.count > 1 else {
      throw Malformed()
    }
    let inner = String(trimmed.dropFirst().dropLast())
    if inner.allSatisfy(\.isWhitespace) { return [] }
    return try Self.split(inner, at: UInt8(ascii: ","), atMost: .max)
  }

  /// Cuts at a character that stands in no string, array or object.
  private static func split(_ text: String, at mark: UInt8, atMost cuts: Int) throws -> [String] {
    var (parts, part, depth) = ([String](), [UInt8](), 0)
    var (isString, isEscaped) = (false, false)
    for byte in text.utf8 {
      if isString {
        isString = byte != UInt8(ascii: "\"") || isEscaped
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      } else if byte == mark, depth == 0, parts.count < cuts {
        parts.append(String(decoding: part, as: UTF8.self))
        part = []
        continue
      } else {
        isString = byte == UInt8(ascii: "\"")
        if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
        if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
      }
      part.append(byte)
    }
    guard depth == 0, !isString else { throw Malformed() }
    return parts + [String(decoding: part, as: UTF8.self)]
  }
}
