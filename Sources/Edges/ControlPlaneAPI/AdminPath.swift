/// The paths that the admin socket serves.
package enum AdminPath {
  package static let apply = "/v1/apply"
  package static let records = "/v1/records"
  package static let revocations = "/v1/revocations"
  package static let restorations = "/v1/restorations"
  package static let trace = "/v1/trace"
  package static let status = "/v1/status"
  package static let flush = "/v1/audit/flush"
  package static let posture = "/v1/posture"
  package static let policySchema = "/v1/policy/schema"
  package static let policyExplanations = "/v1/policy/explanations"
  package static let policyReplays = "/v1/policy/replays"
  package static let policyShadowReports = "/v1/policy/shadow-reports"
  package static let policyUnused = "/v1/policy/unused"
  package static let policySuggestions = "/v1/policy/suggestions"
  package static let policyReach = "/v1/policy/reach"
  package static let description = "/v1/openapi.json"

  /// The path of every record of a kind, or of the named one.
  package static func records(kind: String, name: String? = nil) -> String {
    let collection = "\(Self.records)/\(PathSegment.encode(kind))"
    return name.map { "\(collection)/\(PathSegment.encode($0))" } ?? collection
  }

  /// The path of the explanation of a decision.
  package static func policyExplanation(_ query: String) -> String {
    "\(Self.policyExplanations)/\(PathSegment.encode(query))"
  }

  /// The path of the story that a request id, trace id, `jti`, serial or digest leads to.
  package static func trace(_ query: String) -> String {
    "\(Self.trace)/\(PathSegment.encode(query))"
  }
}

/// One segment of a path, percent-encoded as RFC 3986 section 2.1 says.
package enum PathSegment {
  /// Everything but unreserved characters is encoded.
  package static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if self.isUnreserved(byte) {
        bytes.append(byte)
      } else {
        bytes.append(contentsOf: [
          UInt8(ascii: "%"), self.hexadecimal(byte >> 4), self.hexadecimal(byte & 0x0F),
        ])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text of a segment; `nil` for a broken escape, and for what is not UTF-8.
  package static func decode(_ segment: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(segment.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(self.value),
        let low = rest.popFirst().flatMap(self.value)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func hexadecimal(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + (nibble - 10)
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
