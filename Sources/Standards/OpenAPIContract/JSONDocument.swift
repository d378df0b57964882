/// Reads JSON text, RFC 8259: strictly, with each key once in an object.
struct JSONDocument {
  private let bytes: [UInt8]
  private var index = 0
  private var budget: DocumentBudget

  static func parse(_ text: String, limits: ContractLimits) throws(ContractError) -> DocumentValue {
    var document = JSONDocument(bytes: Array(text.utf8), budget: DocumentBudget(limits))
    let value = try document.value(at: JSONPointer())
    document.skipBlanks()
    guard document.index == document.bytes.count else {
      throw document.fault("nothing may follow the document's value")
    }
    return value
  }

  private init(bytes: [UInt8], budget: DocumentBudget) {
    self.bytes = bytes
    self.budget = budget
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private func fault(_ message: String) -> ContractError {
    let line = 1 + bytes.prefix(index).count(where: { $0 == UInt8(ascii: "\n") })
    return ContractError(.syntax, line: line, message)
  }

  private mutating func skipBlanks() {
    while let byte = current, " \t\r\n".utf8.contains(byte) { index += 1 }
  }

  private mutating func take(_ byte: Character) -> Bool {
    skipBlanks()
    guard let ascii = byte.asciiValue, current == ascii else { return false }
    index += 1
    return true
  }

  private mutating func value(at pointer: JSONPointer) throws(ContractError) -> DocumentValue {
    try budget.count(at: pointer)
    skipBlanks()
    switch current {
    case UInt8(ascii: "{"): return try object(at: pointer)
    case UInt8(ascii: "["): return try array(at: pointer)
    case UInt8(ascii: "\""): return .string(try string())
    default: return try literal()
    }
  }

  private mutating func object(at pointer: JSONPointer) throws(ContractError) -> DocumentValue {
    try budget.enter(at: pointer)
    index += 1
    var members = DocumentValue.Mapping()
    if !take("}") {
      repeat {
        skipBlanks()
        guard current == UInt8(ascii: "\"") else { throw fault("a key in quotes was expected") }
        let key = try string()
        guard take(":") else { throw fault("a colon was expected after a key") }
        let place = pointer.appending(key)
        guard members.insert(key, try value(at: place)) else {
          throw ContractError(.duplicateKey, at: place, "this key stands twice in its mapping")
        }
      } while take(",")
      guard take("}") else { throw fault("a comma or a closing brace was expected") }
    }
    budget.leave()
    return .mapping(members)
  }

  private mutating func array(at pointer: JSONPointer) throws(ContractError) -> DocumentValue {
    try budget.enter(at: pointer)
    index += 1
    var elements: [DocumentValue] = []
    if !take("]") {
      repeat {
        elements.append(try value(at: pointer.appending(elements.count)))
      } while take(",")
      guard take("]") else { throw fault("a comma or a closing bracket was expected") }
    }
    budget.leave()
    return .sequence(elements)
  }

  private mutating func literal() throws(ContractError) -> DocumentValue {
    let start = index
    while let byte = current, !" \t\r\n,]}:[{\"".utf8.contains(byte) { index += 1 }
    switch String(decoding: bytes[start..<index], as: UTF8.self) {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case let text where ScalarText.isJSONNumber(text): return .number(text)
    default: throw fault("a JSON value was expected")
    }
  }

  private mutating func string() throws(ContractError) -> String {
    index += 1
    var result: [UInt8] = []
    while let byte = current {
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        return String(decoding: result, as: UTF8.self)
      case UInt8(ascii: "\\"):
        result.append(contentsOf: String(try escape()).utf8)
      case 0x00..<0x20:
        throw fault("a control character in a string must be escaped")
      default:
        result.append(byte)
      }
    }
    throw fault("a string does not end")
  }

  private mutating func escape() throws(ContractError) -> Unicode.Scalar {
    let byte = current
    index += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw fault("a string holds an unknown escape")
    }
  }

  private mutating func unicodeEscape() throws(ContractError) -> Unicode.Scalar {
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800...0xDBFF).contains(first), bytes[index...].starts(with: "\\u".utf8) else {
      throw fault("a string holds half of a surrogate pair")
    }
    index += 2
    let second = try fourDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw fault("a string holds half of a surrogate pair") }
    return scalar
  }

  private mutating func fourDigits() throws(ContractError) -> UInt32 {
    let digits = bytes[min(index, bytes.count)...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw fault("four hexadecimal digits were expected") }
    index += 4
    return value
  }
}
