/// Prometheus' text format, version 0.0.4.
struct TextExposition {
  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var bytes: [UInt8] = []

  enum Kind: String {
    case counter, gauge, histogram
  }

  /// Begins a family; its samples follow before the next one begins.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    self.write("# HELP \(name) \(Self.escaped(help, quote: false))\n")
    self.write("# TYPE \(name) \(kind.rawValue)\n")
  }

  mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: String) {
    let text = labels.map { "\($0.0)=\"\(Self.escaped($0.1, quote: true))\"" }
    let list = text.isEmpty ? "" : "{\(text.joined(separator: ","))}"
    self.write("\(name)\(list) \(value)\n")
  }

  mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: UInt64) {
    self.sample(name, labels, String(value))
  }

  /// - Parameters:
  ///   - counts: of each bucket for itself.
  ///   - sum: in nanoseconds.
  mutating func histogram(
    _ name: String, _ labels: [(String, String)], counts: [UInt64], sum: UInt64
  ) {
    var total: UInt64 = 0
    for (index, count) in counts.enumerated() {
      total &+= count
      let bound =
        LatencyBuckets.bounds.indices.contains(index)
        ? Self.seconds(nanoseconds: LatencyBuckets.bounds[index] &* 1000) : "+Inf"
      self.sample("\(name)_bucket", labels + [("le", bound)], total)
    }
    self.sample("\(name)_sum", labels, Self.seconds(nanoseconds: sum))
    self.sample("\(name)_count", labels, total)
  }

  /// A decimal number without an exponent, exact to the nanosecond.
  static func seconds(nanoseconds: UInt64) -> String {
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    var digits = String(rest)
    digits = String(repeating: "0", count: max(0, 9 - digits.utf8.count)) + digits
    while digits.utf8.count > 1, digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  private mutating func write(_ text: String) { self.bytes.append(contentsOf: text.utf8) }

  private static func escaped(_ text: String, quote: Bool) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\"" where quote: output += "\\\""
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }
}
