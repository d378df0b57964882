/// Base64 with padding (RFC 4648 section 4) in its one canonical spelling: whole groups of four,
/// padding only where needed, and unused bits zero. Everything else does not decode.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  static func encode(_ bytes: some Collection<UInt8>) -> String {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count / 3 + 1) * 4)
    var bits: UInt32 = 0
    var held = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      held += 1
      if held == 3 {
        appendGroup(bits, characters: 4, to: &out)
        (bits, held) = (0, 0)
      }
    }
    if held > 0 { appendGroup(bits << UInt32(8 * (3 - held)), characters: held + 1, to: &out) }
    return String(decoding: out, as: UTF8.self)
  }

  private static func appendGroup(_ bits: UInt32, characters: Int, to out: inout [UInt8]) {
    for position in 0..<4 {
      let index = Int(bits >> UInt32(18 - 6 * position) & 0x3f)
      out.append(position < characters ? alphabet[index] : padding)
    }
  }

  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    var values: [UInt8] = []
    values.reserveCapacity(text.count)
    var pads = 0
    for character in text {
      if character == padding {
        pads += 1
      } else {
        guard pads == 0, let value = value(of: character) else { return nil }
        values.append(value)
      }
    }
    guard pads <= 2 else { return nil }
    return bytes(from: values)
  }

  private static func bytes(from values: [UInt8]) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(values.count * 3 / 4)
    var bits: UInt32 = 0
    var held: UInt32 = 0
    for value in values {
      bits = bits << 6 | UInt32(value)
      held += 6
      if held >= 8 {
        held -= 8
        out.append(UInt8(truncatingIfNeeded: bits >> held))
        bits &= (1 << held) - 1
      }
    }
    return bits == 0 ? out : nil
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character + 4
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
