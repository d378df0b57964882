/// Whom to count as one source: an IPv4 address, or the 64 bits of an IPv6 address that a network gives
/// to one customer at least.
enum SourceNetwork {
  /// - Parameter address: in text; what is none counts as itself.
  static func of(_ address: String) -> String {
    let text = address.utf8.prefix { $0 != UInt8(ascii: "%") }
    guard text.contains(UInt8(ascii: ":")), text.count <= 45 else { return address }
    // `::ffff:192.0.2.1` is an IPv4 address.
    if text.contains(UInt8(ascii: ".")) {
      let tail = text.reversed().prefix { $0 != UInt8(ascii: ":") }
      return String(decoding: tail.reversed(), as: UTF8.self)
    }
    return Self.prefix(text) ?? address
  }

  private static func prefix(_ text: some Collection<UInt8>) -> String? {
    let groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard groups.count <= 9 else { return nil }
    var values: [String] = []
    for (index, group) in groups.enumerated() where values.count < 4 {
      if group.isEmpty {
        // The gap stands for as many zeros as are missing; at the start it shows as two empty groups.
        let isGap = index > 0
        guard isGap else { continue }
        let rest = groups[(index + 1)...].filter { !$0.isEmpty }.count
        let missing = max(0, 8 - values.count - rest)
        values += Array(repeating: "0", count: missing)
      } else {
        let digits = group.drop { $0 == UInt8(ascii: "0") }.map {
          (0x41...0x5A).contains($0) ? $0 | 0x20 : $0
        }
        values.append(digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self))
      }
    }
    return values.prefix(4).joined(separator: ":") + "::/64"
  }
}
