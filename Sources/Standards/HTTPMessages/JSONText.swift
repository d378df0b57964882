/// A JSON value to be written, RFC 8259; objects keep the order of their members.
public indirect enum JSONText: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int64)
  case string(String)
  case array([JSONText])
  case object([Member])

  /// A member of an object.
  public struct Member: Sendable, Hashable {
    public let name: String
    public let value: JSONText

    public init(_ name: String, _ value: JSONText) {
      self.name = name
      self.value = value
    }
  }

  /// Writes the value without white space.
  public func write(into output: inout [UInt8]) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): output.append(contentsOf: String(value).utf8)
    case .string(let value): Self.write(value, into: &output)
    case .array(let values): Self.write(values, into: &output)
    case .object(let members): Self.write(members, into: &output)
    }
  }

  private static func write(_ values: [JSONText], into output: inout [UInt8]) {
    output.append(UInt8(ascii: "["))
    for (index, value) in values.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      value.write(into: &output)
    }
    output.append(UInt8(ascii: "]"))
  }

  private static func write(_ members: [Member], into output: inout [UInt8]) {
    output.append(UInt8(ascii: "{"))
    for (index, member) in members.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      write(member.name, into: &output)
      output.append(UInt8(ascii: ":"))
      member.value.write(into: &output)
    }
    output.append(UInt8(ascii: "}"))
  }

  /// Escapes what RFC 8259 section 7 demands, and "<", ">" and "&", so that a client that takes
  /// the text for HTML finds no markup in it.
  private static func write(_ text: String, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case 0x00..<0x20, .delete, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
        output.append(contentsOf: "\\u00".utf8)
        output.append(UInt8(hexDigit: byte >> 4))
        output.append(UInt8(hexDigit: byte))
      default:
        output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
