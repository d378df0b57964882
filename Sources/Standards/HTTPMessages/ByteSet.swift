/// A set of ASCII bytes, in two machine words, for the character classes of HTTP's grammar.
///
/// Bytes above 0x7F are in no set; a rule that admits them (`obs-text`) says so where it is used.
struct ByteSet: Sendable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  init(_ members: some Sequence<UInt8>) {
    for byte in members { insert(byte) }
  }

  private mutating func insert(_ byte: UInt8) {
    if byte < 64 {
      low |= 1 << UInt64(byte)
    } else if byte < 128 {
      high |= 1 << UInt64(byte - 64)
    }
  }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    if byte < 64 { return (low >> UInt64(byte)) & 1 == 1 }
    if byte < 128 { return (high >> UInt64(byte - 64)) & 1 == 1 }
    return false
  }

  private static let letters =
    Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
    + Array(UInt8(ascii: "A")...UInt8(ascii: "Z"))
  private static let digits = Array(UInt8(ascii: "0")...UInt8(ascii: "9"))

  /// `tchar`, RFC 9110 section 5.6.2.
  static let token = ByteSet(letters + digits + Array("!#$%&'*+-.^_`|~".utf8))
  /// `unreserved`, RFC 3986 section 2.3.
  static let unreserved = ByteSet(letters + digits + Array("-._~".utf8))
  /// `pchar` without percent-encodings, and "/", RFC 3986 section 3.3.
  static let path = ByteSet(letters + digits + Array("-._~!$&'()*+,;=:@/".utf8))
  /// `query` of RFC 3986 section 3.4, and the bytes that the URL standard's query percent-encode
  /// set leaves alone, since every browser and `fetch` sends them as they are.
  static let query = ByteSet(letters + digits + Array("-._~!$&'()*+,;=:@/?[]{}|^`".utf8))
  /// Names of hosts: `reg-name` of RFC 3986 without percent-encodings and `sub-delims`.
  static let hostName = ByteSet(letters + digits + Array("-._".utf8))
  /// `token68` without its trailing "=", RFC 9110 section 11.2.
  static let token68 = ByteSet(letters + digits + Array("-._~+/".utf8))
  /// `scheme` after its first letter, RFC 3986 section 3.1.
  static let scheme = ByteSet(letters + digits + Array("+-.".utf8))
}

extension UInt8 {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let delete: UInt8 = 0x7F

  /// `OWS`, RFC 9110 section 5.6.3: a space or a horizontal tab.
  @inline(__always)
  var isBlank: Bool { self == .space || self == .tab }

  /// Control bytes, the horizontal tab included.
  @inline(__always)
  var isControl: Bool { self < 0x20 || self == .delete }

  var isDigit: Bool { self >= 0x30 && self <= 0x39 }

  @inline(__always)
  var lowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }

  /// The value of a hexadecimal digit of either case, or nil.
  var hexDigitValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x37
    case 0x61...0x66: self - 0x57
    default: nil
    }
  }

  /// The digit for the low four bits, in lower case.
  init(hexDigit value: UInt8) {
    let nibble = value & 0x0F
    self = nibble < 10 ? nibble + 0x30 : nibble + 0x57
  }
}

extension Collection<UInt8> {
  /// Whether the bytes are those of `text`, letters of ASCII compared without case.
  func equalsIgnoringCase(_ text: String) -> Bool {
    let other = text.utf8
    guard count == other.count else { return false }
    return zip(self, other).allSatisfy { $0.lowercased == $1.lowercased }
  }

  /// The text of the bytes, letters of ASCII in lower case.
  var lowercasedText: String { String(decoding: lazy.map(\.lowercased), as: UTF8.self) }
}

extension BidirectionalCollection<UInt8> where SubSequence: BidirectionalCollection<UInt8> {
  /// The bytes without spaces and tabs at either end.
  func trimmingBlanks() -> SubSequence {
    let start = firstIndex { !$0.isBlank } ?? endIndex
    guard start != endIndex, let last = lastIndex(where: { !$0.isBlank }) else {
      return self[start..<start]
    }
    return self[start...last]
  }
}
