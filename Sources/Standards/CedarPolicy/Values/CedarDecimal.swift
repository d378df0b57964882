/// A number with four digits after the point (Cedar's `decimal` extension).
public struct CedarDecimal: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number in ten-thousandths.
  public let tenThousandths: Int64

  public init(tenThousandths: Int64) {
    self.tenThousandths = tenThousandths
  }

  /// Reads `-?digits.digits` with one to four digits after the point; nil for other texts and for
  /// numbers out of range.
  public init?(_ text: String) {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let parts = text.utf8.dropFirst(isNegative ? 1 : 0)
      .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, let whole = parts.first, let fraction = parts.last,
      (1...4).contains(fraction.count),
      let units = signedNumber(whole, isNegative: isNegative),
      let digits = signedNumber(fraction, isNegative: isNegative)
    else { return nil }
    var scaled = digits
    for _ in fraction.count..<4 { scaled *= 10 }
    let (product, overflow) = units.multipliedReportingOverflow(by: 10_000)
    let (sum, carry) = product.addingReportingOverflow(scaled)
    guard !overflow, !carry else { return nil }
    tenThousandths = sum
  }

  public static func < (one: CedarDecimal, other: CedarDecimal) -> Bool {
    one.tenThousandths < other.tenThousandths
  }

  public var description: String {
    let magnitude = tenThousandths.magnitude
    let fraction = String(magnitude % 10_000)
    let zeros = String(repeating: "0", count: 4 - fraction.utf8.count)
    return "\(tenThousandths < 0 ? "-" : "")\(magnitude / 10_000).\(zeros)\(fraction)"
  }
}

/// Reads ASCII digits, at least one; nil for anything else and for what 64 bits do not hold.
func signedNumber(_ digits: some Sequence<UInt8>, isNegative: Bool) -> Int64? {
  var number: Int64 = 0
  var isEmpty = true
  for byte in digits {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    let digit = Int64(byte - UInt8(ascii: "0"))
    let (product, overflow) = number.multipliedReportingOverflow(by: 10)
    let (sum, carry) =
      isNegative
      ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
    guard !overflow, !carry else { return nil }
    number = sum
    isEmpty = false
  }
  return isEmpty ? nil : number
}
