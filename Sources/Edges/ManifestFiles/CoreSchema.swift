import StrictJSON

/// The core schema of YAML 1.2 (section 10.3.2): what an unquoted scalar means.
///
/// `yes`, `no`, `on` and `off` are strings, and a number with a leading zero is decimal.
enum CoreSchema {
  /// The value of a scalar; `nil` for a number that JSON cannot hold.
  static func value(of text: String) -> JSONValue? {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF",
      ".nan", ".NaN", ".NAN":
      nil
    default: self.number(text)
    }
  }

  private static func number(_ text: String) -> JSONValue? {
    guard text.utf8.count <= 64 else { return .string(text) }
    let bytes = Array(text.utf8)
    if bytes.starts(with: "0o".utf8) || bytes.starts(with: "0x".utf8) {
      let radix = bytes[1] == UInt8(ascii: "o") ? 8 : 16
      let digits = text.dropFirst(2)
      guard !digits.isEmpty, digits.utf8.allSatisfy({ self.isDigit($0, radix: radix) }) else {
        return .string(text)
      }
      return Int64(digits, radix: radix).map(JSONValue.integer)
    }
    if self.isInteger(bytes[...]) { return Int64(text).map(JSONValue.integer) }
    guard self.isFloat(bytes[...]) else { return .string(text) }
    guard let number = Double(text), number.isFinite else { return nil }
    return .number(number)
  }

  /// `[-+]? [0-9]+`
  private static func isInteger(_ bytes: ArraySlice<UInt8>) -> Bool {
    let digits = self.withoutSign(bytes)
    return !digits.isEmpty && digits.allSatisfy(self.isDecimal)
  }

  /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
  private static func isFloat(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = self.withoutSign(bytes)
    let whole = rest.prefix(while: self.isDecimal)
    rest = rest.dropFirst(whole.count)
    var fraction: ArraySlice<UInt8> = []
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fraction = rest.prefix(while: self.isDecimal)
      rest = rest.dropFirst(fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return false }
    guard let mark = rest.first else { return true }
    return (mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E"))
      && self.isInteger(rest.dropFirst())
  }

  private static func withoutSign(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
      ? bytes.dropFirst() : bytes
  }

  private static func isDecimal(_ byte: UInt8) -> Bool { self.isDigit(byte, radix: 10) }

  private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "7"): true
    case UInt8(ascii: "8")...UInt8(ascii: "9"): radix >= 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): radix == 16
    default: false
    }
  }
}
