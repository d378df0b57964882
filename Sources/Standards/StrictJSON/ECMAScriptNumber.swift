/// A finite number as ECMAScript's `Number::toString` writes it, which is what RFC 8785 section
/// 3.2.2.3 asks for.
struct ECMAScriptNumber {
  let text: String

  init(_ value: Double) {
    // Swift's description holds the same shortest digits; only their layout differs.
    let (digits, exponent) = Self.shortest(value.magnitude)
    if digits.isEmpty {
      text = "0"
    } else {
      text = (value < 0 ? "-" : "") + Self.layout(digits, exponent: exponent)
    }
  }

  /// The significant digits and the place of the decimal point relative to the first digit: the
  /// value is 0.digits times ten to the exponent. No digits for zero.
  private static func shortest(_ magnitude: Double) -> (digits: [UInt8], exponent: Int) {
    let parts = magnitude.description.utf8.split(separator: UInt8(ascii: "e"))
    let mantissa = parts.first.map(Array.init) ?? []
    var exponent = parts.count > 1 ? Int(String(parts[1]) ?? "") ?? 0 : 0
    let point = mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissa.count
    exponent += point
    var digits = mantissa.filter { $0 != UInt8(ascii: ".") }
    let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(zeros)
    exponent -= zeros
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return (digits, exponent)
  }

  private static func layout(_ digits: [UInt8], exponent: Int) -> String {
    let text = String(decoding: digits, as: UTF8.self)
    if exponent >= digits.count, exponent <= 21 {
      return text + String(repeating: "0", count: exponent - digits.count)
    }
    if exponent > 0, exponent <= 21 {
      return text.prefix(exponent) + "." + text.dropFirst(exponent)
    }
    if exponent > -6, exponent <= 0 {
      return "0." + String(repeating: "0", count: -exponent) + text
    }
    let fraction = text.count > 1 ? "." + text.dropFirst() : ""
    let sign = exponent > 0 ? "+" : "-"
    return text.prefix(1) + fraction + "e" + sign + String((exponent - 1).magnitude)
  }
}
