public import StrictJSON

/// The claims of a JWT (RFC 7519 section 4). Registered claims have the right type or parsing
/// fails; whether they are right is the caller's to decide.
public struct JWTClaims: Sendable, Hashable {
  private let members: JSONMembers

  /// All claims. Made when asked for.
  public var object: JSONObject { members.object }
  /// The `iss` claim.
  public let issuer: String?
  /// The `sub` claim.
  public let subject: String?
  /// The `aud` claim, a string or an array of strings; empty if there is none.
  public let audience: [String]
  /// The `exp` claim in Unix seconds, fractions dropped: a token is never taken for longer-lived
  /// than it says.
  public let expiresAt: Int64?
  /// The `nbf` claim in Unix seconds, fractions dropped: it may count up to a second early.
  public let notBefore: Int64?
  /// The `iat` claim in Unix seconds, fractions dropped.
  public let issuedAt: Int64?
  /// The `jti` claim.
  public let jwtID: String?

  /// Parses the payload of a JWT.
  ///
  /// - Throws: `malformed` if it is no JSON object, or a registered claim has the wrong type or a
  ///   time beyond 64 bits.
  public init(payload: [UInt8]) throws(JOSEError) {
    try self.init(JSONMembers(parsing: payload, limits: .standard, named: "claims set"))
  }

  /// Reads the claims of a JSON object; see `init(payload:)`.
  public init(_ object: JSONObject) throws(JOSEError) {
    try self.init(JSONMembers(object))
  }

  private init(_ object: JSONMembers) throws(JOSEError) {
    issuer = try object.optionalString("iss", in: "claims set")
    subject = try object.optionalString("sub", in: "claims set")
    audience = try Self.audience(object["aud"])
    expiresAt = try Self.numericDate("exp", of: object)
    notBefore = try Self.numericDate("nbf", of: object)
    issuedAt = try Self.numericDate("iat", of: object)
    jwtID = try object.optionalString("jti", in: "claims set")
    self.members = object
  }

  /// Any claim, by name.
  public subscript(name: String) -> JSONValue? { members[name] }

  private static func audience(_ value: JSONValue?) throws(JOSEError) -> [String] {
    switch value {
    case nil: return []
    case .string(let text)?: return [text]
    case .array(let elements)?:
      let texts = elements.compactMap(\.stringValue)
      if texts.count == elements.count { return texts }
    default: break
    }
    throw JOSEError(.malformed, "'aud' in the claims set must be a string or an array of strings")
  }

  /// A NumericDate (RFC 7519 section 2), rounded down to whole seconds.
  private static func numericDate(
    _ name: String, of object: JSONMembers
  ) throws(JOSEError) -> Int64? {
    switch object[name] {
    case nil: return nil
    case .integer(let seconds)?: return seconds
    case .number(let seconds)?:
      if let whole = Int64(exactly: seconds.rounded(.down)) { return whole }
    default: break
    }
    throw JOSEError(.malformed, "'\(name)' in the claims set must be a number of seconds")
  }
}
