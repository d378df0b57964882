/// Cedar compares strings code point by code point, which is byte by byte; Swift would compare by
/// canonical equivalence.
func sameCodePoints(_ one: String, _ other: String) -> Bool {
  guard one.utf8.count == other.utf8.count else { return false }
  let isSame = one.utf8.withContiguousStorageIfAvailable { one in
    other.utf8.withContiguousStorageIfAvailable { other in
      sameBytes(UnsafeRawBufferPointer(one), UnsafeRawBufferPointer(other))
    }
  }
  return (isSame ?? nil) ?? one.utf8.elementsEqual(other.utf8)
}

/// Whether as many bytes are the same, eight at a time.
func sameBytes(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
  guard one.count == other.count else { return false }
  var offset = 0
  while offset + 8 <= one.count {
    guard
      one.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        == other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    else { return false }
    offset += 8
  }
  while offset < one.count {
    guard one[offset] == other[offset] else { return false }
    offset += 1
  }
  return true
}

/// The order of the code points, which is the order of the UTF-8 bytes.
func codePointsPrecede(_ one: String, _ other: String) -> Bool {
  one.utf8.lexicographicallyPrecedes(other.utf8)
}

extension String {
  /// The text between quotation marks, with everything escaped that would not print as itself.
  var cedarLiteral: String {
    var literal = "\""
    for scalar in unicodeScalars {
      literal += scalar.cedarEscaped
    }
    return literal + "\""
  }
}

extension Unicode.Scalar {
  fileprivate var cedarEscaped: String {
    switch self {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\0": "\\0"
    default:
      switch properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        "\\u{\(String(value, radix: 16))}"
      default:
        String(self)
      }
    }
  }
}
