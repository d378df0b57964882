/// ASCII decimal numbers without a sign and without additional leading zeroes.
enum CanonicalDecimal {
  /// The number that `text` spells, or nil if it is not canonical or does not fit.
  static func parse(_ text: some Collection<UInt8>) -> UInt64? {
    guard let first = text.first, text.count == 1 || first != UInt8(ascii: "0") else { return nil }
    return digits(text)
  }

  /// The number that the digits of `text` spell, leading zeroes allowed.
  static func digits(_ text: some Collection<UInt8>) -> UInt64? {
    guard !text.isEmpty else { return nil }
    var number: UInt64 = 0
    for character in text {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(character - 48))
      if overflow || carry { return nil }
      number = sum
    }
    return number
  }
}
