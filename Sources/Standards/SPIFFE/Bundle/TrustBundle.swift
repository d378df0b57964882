import JOSE
public import StrictJSON

/// All that is needed to verify the SVIDs of one trust domain (SPIFFE_Trust_Domain_and_Bundle).
///
/// A bundle without keys is legal and means that every SVID of the trust domain is refused.
public struct TrustBundle: Sendable, Hashable {
  /// The interval at which to look for changes where a bundle does not say: 300 seconds.
  public static let defaultRefreshHint: Int64 = 300

  public let x509: X509Bundle
  public let jwt: JWTBundle
  /// Grows with every change of the content; `nil` where the publisher does not count.
  public let sequence: Int64?
  /// How often to look for changes, in seconds; `nil` where the publisher does not say.
  public let refreshHint: Int64?

  public var trustDomain: TrustDomain { self.x509.trustDomain }

  /// - Throws: ``InvalidTrustBundle`` if the two are not of one trust domain, or a number is
  ///   negative.
  public init(
    x509: X509Bundle, jwt: JWTBundle, sequence: Int64?, refreshHint: Int64?
  ) throws(InvalidTrustBundle) {
    guard x509.trustDomain == jwt.trustDomain else {
      throw InvalidTrustBundle(.differentTrustDomains)
    }
    guard sequence ?? 0 >= 0 else { throw InvalidTrustBundle(.sequence) }
    guard refreshHint ?? 0 >= 0 else { throw InvalidTrustBundle(.refreshHint) }
    self.x509 = x509
    self.jwt = jwt
    self.sequence = sequence
    self.refreshHint = refreshHint
  }

  /// Whether this bundle may take the place of one held until now: it is of the same trust domain,
  /// and where both count, its number is larger, or equal with equal content.
  public func mayReplace(_ current: TrustBundle) -> Bool {
    guard self.trustDomain == current.trustDomain else { return false }
    guard let own = self.sequence, let held = current.sequence else { return true }
    return own > held || (own == held && self.x509 == current.x509 && self.jwt == current.jwt)
  }
}

extension TrustBundle {
  /// Reads a bundle document.
  ///
  /// Left out: keys of an unknown type or curve, keys without a use or with an unknown one, and
  /// `x509-svid` keys whose `x5c` does not hold exactly one certificate. Everything else that breaks
  /// a rule refuses the whole document.
  /// - Parameter trustDomain: the trust domain that the document was configured for; the document
  ///   does not name one.
  /// - Throws: ``InvalidTrustBundle``.
  public init(trustDomain: TrustDomain, parsing bytes: [UInt8]) throws(InvalidTrustBundle) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw InvalidTrustBundle(.notJSON)
    }
    guard let object = value.objectValue else { throw InvalidTrustBundle(.notAnObject) }
    try self.init(trustDomain: trustDomain, object)
  }

  /// Reads a bundle document that has been parsed as JSON.
  public init(trustDomain: TrustDomain, _ object: JSONObject) throws(InvalidTrustBundle) {
    guard let elements = object["keys"]?.arrayValue else { throw InvalidTrustBundle(.keysMissing) }
    var keys = BundleKeys()
    for element in elements {
      guard let key = element.objectValue else { throw InvalidTrustBundle(.notAKey) }
      try keys.append(key)
    }
    try self.init(
      x509: X509Bundle(trustDomain: trustDomain, authorities: keys.authorities),
      jwt: try JWTBundle(trustDomain: trustDomain, keys: keys.jwtKeys),
      sequence: try Self.count(object["spiffe_sequence"], .sequence),
      refreshHint: try Self.count(object["spiffe_refresh_hint"], .refreshHint))
  }

  /// The bundle document as JSON.
  /// - Throws: ``InvalidTrustBundle`` if an authority's key has no form as a JWK.
  public func json() throws -> JSONObject {
    var keys: [JSONValue] = []
    for authority in self.x509.authorities {
      keys.append(.object(try BundleKeys.json(of: authority)))
    }
    keys += self.jwt.keys.map { .object($0.json) }
    var object: JSONObject = ["keys": .array(keys)]
    object["spiffe_sequence"] = self.sequence.map(JSONValue.integer)
    object["spiffe_refresh_hint"] = self.refreshHint.map(JSONValue.integer)
    return object
  }

  /// The bundle document in UTF-8.
  public func serialized() throws -> [UInt8] { try self.json().serialized() }

  private static func count(
    _ value: JSONValue?, _ reason: InvalidTrustBundle.Reason
  ) throws(InvalidTrustBundle) -> Int64? {
    guard let value else { return nil }
    guard let number = value.integerValue, number >= 0 else { throw InvalidTrustBundle(reason) }
    return number
  }
}
