/// Cedar compares strings code point by code point, Swift by canonical equivalence; strings that
/// Swift finds different are different to Cedar too, so only equal ones need a second look.
func sameCodePoints(_ one: String, _ other: String) -> Bool {
  one == other && one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8)
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
