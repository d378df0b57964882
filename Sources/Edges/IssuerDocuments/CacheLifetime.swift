/// For how long a response says that it is fresh (RFC 9111 sections 4.2, 5.1 and 5.2.2).
package struct CacheLifetime: Hashable, Sendable {
  /// Zero where it must not be kept; `nil` where nothing is said that can be read.
  package let seconds: Int64?

  /// - Parameters:
  ///   - cacheControl: the values of `Cache-Control`.
  ///   - age: the value of `Age`.
  package init(cacheControl: [String], age: String?) {
    var maximum: Int64?
    for directive in cacheControl.flatMap({ $0.split(separator: ",") }) {
      let parts = directive.split(separator: "=", maxSplits: 1)
        .map { $0.drop { $0 == " " || $0 == "\t" } }
      let name = parts.first.map { $0.prefix { $0 != " " && $0 != "\t" }.lowercased() } ?? ""
      switch name {
      case "no-store", "no-cache": maximum = 0
      case "max-age":
        guard let number = parts.dropFirst().first.flatMap({ Self.number($0) }) else { continue }
        // Of several the shortest.
        maximum = min(maximum ?? number, number)
      default: continue
      }
    }
    let spent = age.flatMap { Self.number($0[...]) } ?? 0
    self.seconds = maximum.map { max(0, $0 - spent) }
  }

  /// Numbers beyond what fits mean the largest (RFC 9111 section 1.2.2).
  private static func number(_ text: Substring) -> Int64? {
    let digits = text.filter { $0 != "\"" && $0 != " " && $0 != "\t" }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return min(Int64(digits) ?? .max, 1 << 31)
  }
}
