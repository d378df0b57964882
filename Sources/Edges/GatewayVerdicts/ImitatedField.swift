import HTTPMessages
import Inspection

/// Names that a service could take for those of the gateway's own fields.
///
/// Servers behind gateway interfaces such as CGI, WSGI and PHP tell the characters of a name that are
/// neither letters nor digits not apart: to them `Gatehouse_Subject` is `Gatehouse-Subject`.
enum ImitatedField {
  private static let ownPrefix = Array("gatehouse-".utf8)

  static func isImitation(_ name: some Collection<UInt8>) -> Bool {
    var isSpelledOtherwise = false
    let folded = name.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): return byte | 0x20
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        return byte
      default:
        isSpelledOtherwise = true
        return UInt8(ascii: "-")
      }
    }
    return isSpelledOtherwise && folded.starts(with: Self.ownPrefix)
  }
}

extension OriginalRequest {
  var imitatesOwnFields: Bool {
    self.fields.contains { ImitatedField.isImitation($0.name) }
  }
}

extension Refusal {
  /// The proxy that asks cannot be told to take the field out, and replaces only our own spelling.
  static let fieldImitated = Refusal(
    .framing, "field-imitated", .badRequest, title: "Bad Request",
    detail: "a field name must not resemble those of the gateway's own fields")
}
