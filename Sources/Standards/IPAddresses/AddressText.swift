/// Reading addresses as text.
enum AddressText {
  /// Four decimal numbers up to 255 without leading zeros.
  static func ipv4(_ text: ArraySlice<UInt8>) -> IPAddress? { ipv4Value(text).map(IPAddress.v4) }

  private static func ipv4Value(_ text: ArraySlice<UInt8>) -> UInt32? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard let number = decimal(part) else { return nil }
      value = value << 8 | UInt32(number)
    }
    return value
  }

  /// Eight groups of up to four hexadecimal digits, one run of zeros left out if any, and the last
  /// two groups as an IPv4 address if so written, RFC 4291 section 2.2. No zone.
  static func ipv6(_ text: ArraySlice<UInt8>) -> IPAddress? {
    guard (2...45).contains(text.count) else { return nil }
    guard let (before, after) = halves(of: text) else { return nil }
    guard let front = groups(before, mayEndWithIPv4: after == nil) else { return nil }
    guard let rest = after else {
      return front.count == 8 ? address(front) : nil
    }
    guard let back = groups(rest, mayEndWithIPv4: true), front.count + back.count <= 7 else {
      return nil
    }
    let zeros = [UInt16](repeating: 0, count: 8 - front.count - back.count)
    return address(front + zeros + back)
  }

  /// What comes before and after "::", or all of it and nil; nil where "::" comes twice.
  private static func halves(
    of text: ArraySlice<UInt8>
  ) -> (ArraySlice<UInt8>, ArraySlice<UInt8>?)? {
    let colon = UInt8(ascii: ":")
    var found: Int?
    for index in text.indices.dropLast() where text[index] == colon && text[index + 1] == colon {
      guard found == nil else { return nil }
      found = index
    }
    guard let found else { return (text, nil) }
    return (text[..<found], text[(found + 2)...])
  }

  private static func groups(_ text: ArraySlice<UInt8>, mayEndWithIPv4: Bool) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var result: [UInt16] = []
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if mayEndWithIPv4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard let value = ipv4Value(part) else { return nil }
        result.append(UInt16(truncatingIfNeeded: value >> 16))
        result.append(UInt16(truncatingIfNeeded: value))
      } else {
        guard (1...4).contains(part.count), let group = hexadecimal(part) else { return nil }
        result.append(group)
      }
    }
    return result
  }

  private static func address(_ groups: [UInt16]) -> IPAddress? {
    guard groups.count == 8 else { return nil }
    let half = { (part: ArraySlice<UInt16>) in part.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
    return .v6(half(groups[..<4]), half(groups[4...]))
  }

  /// A number of at most three digits without leading zeros.
  private static func decimal(_ text: ArraySlice<UInt8>) -> Int? {
    guard (1...3).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else {
      return nil
    }
    var value = 0
    for byte in text {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value <= 255 ? value : nil
  }

  private static func hexadecimal(_ text: ArraySlice<UInt8>) -> UInt16? {
    var value: UInt16 = 0
    for byte in text {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
