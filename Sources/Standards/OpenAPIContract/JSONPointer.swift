/// A place in a JSON document, RFC 6901.
struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
  private(set) var tokens: [String] = []

  init(_ tokens: [String] = []) { self.tokens = tokens }

  /// Reads a pointer in the form of a URI fragment's text, without "#".
  init?(fragment: String) {
    guard let decoded = PercentDecoding.decode(fragment.utf8) else { return nil }
    guard !decoded.isEmpty else { return }
    guard decoded.hasPrefix("/") else { return nil }
    for part in decoded.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard let token = Self.unescape(part) else { return nil }
      tokens.append(token)
    }
  }

  func appending(_ token: String) -> JSONPointer { JSONPointer(tokens + [token]) }

  func appending(_ index: Int) -> JSONPointer { appending(String(index)) }

  var description: String { tokens.map { "/" + Self.escape($0) }.joined() }

  private static func escape(_ token: String) -> String {
    var result = ""
    for character in token.unicodeScalars {
      switch character {
      case "~": result += "~0"
      case "/": result += "~1"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  private static func unescape(_ part: Substring) -> String? {
    var result = ""
    var rest = part.unicodeScalars.makeIterator()
    while let scalar = rest.next() {
      guard scalar == "~" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      switch rest.next() {
      case "0": result += "~"
      case "1": result += "/"
      default: return nil
      }
    }
    return result
  }
}
