import StrictJSON

/// What a relying party needs from an issuer's discovery document, of either kind (RFC 8414, OpenID
/// Connect Discovery): where its keys are.
public struct IssuerMetadata: Sendable, Hashable {
  public let issuer: String
  public let keySetURI: String

  /// The largest document that is read, in bytes.
  public static let maximumBytes = 262_144

  /// - Parameter issuer: the issuer that was configured. The document must name exactly this one
  ///   (RFC 8414 section 3.3).
  /// - Throws: ``InvalidIssuerMetadata``.
  public init(parsing bytes: [UInt8], of issuer: String) throws(InvalidIssuerMetadata) {
    let limits = JSONLimits(maximumBytes: Self.maximumBytes)
    guard let object = (try? JSONValue(parsing: bytes, limits: limits))?.objectValue else {
      throw .notJSON
    }
    guard let named = object["issuer"]?.stringValue, named.utf8.elementsEqual(issuer.utf8) else {
      throw .issuer
    }
    guard let keySetURI = object["jwks_uri"]?.stringValue,
      (try? Audience(parsing: keySetURI)) != nil
    else { throw .keySetURI }
    self.issuer = issuer
    self.keySetURI = keySetURI
  }
}

/// A document is not the metadata of the issuer, and why.
public enum InvalidIssuerMetadata: Error, Hashable, Sendable, CustomStringConvertible {
  case notJSON
  case issuer
  case keySetURI

  public var description: String {
    switch self {
    case .notJSON: "an issuer's metadata is a JSON object"
    case .issuer: "the metadata's `issuer` equals the configured issuer"
    case .keySetURI: "the metadata's `jwks_uri` is an absolute URI"
    }
  }
}
