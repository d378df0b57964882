extension JSONParser {
  /// The longest text of a number; a double's exact value never needs more.
  private static let longestNumber = 1_100

  /// Parses a number; the position is at its first character.
  mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    let isNegative = take(UInt8(ascii: "-"))
    let integer = try integerPart(isNegative: isNegative)
    var isWhole = true
    if take(UInt8(ascii: ".")) {
      isWhole = false
      try digits("expected a digit after the decimal point")
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits("expected a digit in the exponent")
    }
    if isWhole, let integer { return .integer(integer) }
    return .number(try double(from: start))
  }

  /// Parses the digits before any fraction; nil if they do not fit in 64 bits.
  private mutating func integerPart(isNegative: Bool) throws(JSONError) -> Int64? {
    let start = position
    var value: Int64? = 0
    while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      value = Self.append(digit: Int64(byte - UInt8(ascii: "0")), to: value, isNegative: isNegative)
      position += 1
    }
    guard position > start else { throw malformed("expected a digit") }
    if position > start + 1, bytes[start] == UInt8(ascii: "0") {
      throw JSONError(.malformed, "a number must not start with a zero", at: start)
    }
    return value
  }

  private static func append(digit: Int64, to value: Int64?, isNegative: Bool) -> Int64? {
    guard let value else { return nil }
    let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
    if overflow { return nil }
    let (sum, carry) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
    return carry ? nil : sum
  }

  private mutating func digits(_ expectation: String) throws(JSONError) {
    let start = position
    while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    guard position > start else { throw malformed(expectation) }
  }

  private func double(from start: Int) throws(JSONError) -> Double {
    guard position - start <= Self.longestNumber else {
      throw JSONError(
        .numberOutOfRange, "a number is longer than \(Self.longestNumber) characters", at: start)
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw JSONError(.numberOutOfRange, "the number exceeds double precision", at: start)
    }
    return value
  }
}
