import NIOHPACK

/// The fields of an answer as field compression takes them (RFC 7541).
enum FieldBlock {
  /// From this size on a client's table costs more than it saves: it is searched for each field, from end
  /// to end. It is the size that a client has that asks for none (section 4.2).
  static let largestTable = 4096

  /// - Parameter isIndexed: whether fields may be put into the client's table. What differs from answer to
  ///   answer never is.
  static func headers(
    _ fields: [(name: String, value: String)], isIndexed: Bool
  ) -> HPACKHeaders {
    var headers = HPACKHeaders()
    headers.reserveCapacity(fields.count)
    for (name, value) in fields {
      // Of the status there are few values.
      let indexing: HPACKIndexing =
        name == ":status" || (isIndexed && name != FieldName.requestID) ? .indexable : .nonIndexable
      headers.add(name: name, value: value, indexing: indexing)
    }
    return headers
  }

  /// How many bytes the block of these has at most.
  static func largest(of fields: [(name: String, value: String)]) -> Int {
    // A representation, and two lengths.
    fields.reduce(0) { $0 + 12 + Self.largest($1.name) + Self.largest($1.value) }
  }

  /// By the lengths of the Huffman code (appendix B), which is all that the encoder writes.
  private static func largest(_ text: String) -> Int {
    text.utf8.reduce(0) { sum, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: ",")...UInt8(ascii: ";"), UInt8(ascii: " "), UInt8(ascii: "%"),
        UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "="), UInt8(ascii: "_"):
        sum + 1
      case 0x20...0x7e: sum + 3
      default: sum + 4
      }
    }
  }
}
