/// A span of time in milliseconds, negative ones included (Cedar's `datetime` extension).
public struct CedarDuration: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let milliseconds: Int64

  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// Reads numbers with units, `d`, `h`, `m`, `s` and `ms` in this order and each at most once,
  /// with an optional sign before them all, such as `-1d12h`; nil for other texts and for spans
  /// out of range.
  public init?(_ text: String) {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    var rest = text.utf8.dropFirst(isNegative ? 1 : 0)
    guard !rest.isEmpty else { return nil }
    var units = Self.units[...]
    var total: Int64 = 0
    while !rest.isEmpty {
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      rest = rest[digits.endIndex...]
      let name = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      rest = rest[name.endIndex...]
      guard let number = signedNumber(digits, isNegative: isNegative),
        let index = units.firstIndex(where: { $0.name.utf8.elementsEqual(name) })
      else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: units[index].milliseconds)
      let (sum, carry) = total.addingReportingOverflow(product)
      guard !overflow, !carry else { return nil }
      total = sum
      units = units[(index + 1)...]
    }
    milliseconds = total
  }

  public static func < (one: CedarDuration, other: CedarDuration) -> Bool {
    one.milliseconds < other.milliseconds
  }

  public var description: String { "\(milliseconds)ms" }
}
