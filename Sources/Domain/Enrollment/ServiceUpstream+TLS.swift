import SPIFFE
import StrictJSON

extension Service.Upstream {
  private static let mostIdentities = 32
  private static let longestBundle = 262_144

  mutating func readTLS(_ reader: FieldReader) throws(ManifestError) {
    guard let object = try reader.object("tls") else { return }
    let path = reader.field("tls")
    guard self.endpoints.first?.origin.scheme == .https else {
      throw ManifestError(field: path, message: "expected endpoints with `https` beside it")
    }
    let fields = try FieldReader(object, path: path, known: ["serverName", "bundle", "spiffeIds"])
    self.tls.serverName = try Self.serverName(fields)
    self.tls.spiffeIDs = try Self.identities(fields)
    guard let bundle = fields.value("bundle") else { return }
    guard self.tls.spiffeIDs.isEmpty else {
      throw ManifestError(
        field: fields.field("bundle"),
        message: "expected none beside `spiffeIds`, which the trust domain's own bundle proves")
    }
    self.tls.roots = try Self.roots(bundle, field: fields.field("bundle"))
  }

  private static func serverName(_ fields: FieldReader) throws(ManifestError) -> String? {
    guard let name = try fields.optionalString("serverName") else { return nil }
    guard Self.isServerName(name) else {
      throw ManifestError(
        field: fields.field("serverName"),
        message: "expected a lower-case host name, not an address")
    }
    return name
  }

  private static func isServerName(_ name: String) -> Bool {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    let isName = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        && label.utf8.allSatisfy { byte in
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || Self.isDigit(byte)
            || byte == UInt8(ascii: "-")
        }
    }
    // The last label of an address is a number, and of a name it is not (RFC 1123 section 2.1).
    return isName && name.utf8.count <= 253 && labels.last?.utf8.allSatisfy(Self.isDigit) == false
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func identities(_ fields: FieldReader) throws(ManifestError) -> [SPIFFEID] {
    guard fields.value("spiffeIds") != nil else { return [] }
    let texts = try fields.strings("spiffeIds")
    guard (1...Self.mostIdentities).contains(texts.count) else {
      throw ManifestError(
        field: fields.field("spiffeIds"),
        message: "expected 1 to \(Self.mostIdentities) SPIFFE IDs")
    }
    var identities: [SPIFFEID] = []
    for (index, text) in texts.enumerated() {
      guard let identity = try? SPIFFEID(parsing: text) else {
        throw ManifestError(
          field: "\(fields.field("spiffeIds"))[\(index)]",
          message: "expected a SPIFFE ID such as `spiffe://example.org/orders`")
      }
      identities.append(identity)
    }
    return identities
  }

  private static func roots(_ value: JSONValue, field: String) throws(ManifestError) -> Roots {
    let text = value.stringValue ?? ""
    if text == "system" { return .system }
    guard text.utf8.count <= Self.longestBundle, Self.isCertificates(text) else {
      throw ManifestError(
        field: field,
        message: "expected `system`, or certificates in PEM, of at most \(Self.longestBundle) bytes"
      )
    }
    return .certificates(text)
  }

  /// Whether a text is PEM blocks of certificates and nothing else, each whole (RFC 7468). Whether each
  /// can be used is found out where it is used.
  private static func isCertificates(_ text: String) -> Bool {
    var isInside = false
    var blocks = 0
    var characters = 0
    for line in text.split(whereSeparator: \.isNewline) {
      switch (line, isInside) {
      case ("-----BEGIN CERTIFICATE-----", false): (isInside, characters) = (true, 0)
      case ("-----END CERTIFICATE-----", true):
        guard characters > 0, characters.isMultiple(of: 4) else { return false }
        (isInside, blocks) = (false, blocks + 1)
      case (_, true) where line.utf8.allSatisfy(Self.isBase64): characters += line.utf8.count
      default: return false
      }
    }
    return blocks > 0 && !isInside
  }

  private static func isBase64(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
      true
    default: Self.isDigit(byte)
    }
  }
}
