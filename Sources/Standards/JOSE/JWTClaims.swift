public import StrictJSON

/// The claims of a JWT (RFC 7519 section 4). Registered claims have the right type or parsing
/// fails; whether they are right is the caller's to decide.
public struct JWTClaims: Sendable {
  /// What copies of the claims share.
  private final class Content: Sendable {
    let members: JSONMembers
    let issuer: String?
    let subject: String?
    let audience: [String]
    let expiresAt: Int64?
    let notBefore: Int64?
    let issuedAt: Int64?
    let jwtID: String?

    init(_ object: JSONMembers, _ texts: inout JSONTexts) throws(JOSEError) {
      self.issuer = try object.optionalString("iss", in: "claims set", &texts)
      self.subject = try object.optionalString("sub", in: "claims set", &texts)
      self.audience = try JWTClaims.audience(object.value("aud", &texts))
      self.expiresAt = try JWTClaims.numericDate("exp", of: object)
      self.notBefore = try JWTClaims.numericDate("nbf", of: object)
      self.issuedAt = try JWTClaims.numericDate("iat", of: object)
      self.jwtID = try object.optionalString("jti", in: "claims set")
      self.members = object
    }
  }

  private let content: Content

  /// All claims. Made when asked for.
  public var object: JSONObject { self.content.members.object }
  /// The `iss` claim.
  public var issuer: String? { self.content.issuer }
  /// The `sub` claim.
  public var subject: String? { self.content.subject }
  /// The `aud` claim, a string or an array of strings; empty if there is none.
  public var audience: [String] { self.content.audience }
  /// The `exp` claim in Unix seconds, fractions dropped: a token is never taken for longer-lived
  /// than it says.
  public var expiresAt: Int64? { self.content.expiresAt }
  /// The `nbf` claim in Unix seconds, fractions dropped: it may count up to a second early.
  public var notBefore: Int64? { self.content.notBefore }
  /// The `iat` claim in Unix seconds, fractions dropped.
  public var issuedAt: Int64? { self.content.issuedAt }
  /// The `jti` claim.
  public var jwtID: String? { self.content.jwtID }

  /// Parses the payload of a JWT.
  ///
  /// - Throws: `malformed` if it is no JSON object, or a registered claim has the wrong type or a
  ///   time beyond 64 bits.
  public init(payload: [UInt8]) throws(JOSEError) {
    var texts = JSONTexts.none
    try self.init(payload: payload, &texts)
  }

  /// The same, with texts that came lately.
  init(payload: [UInt8], _ texts: inout JSONTexts) throws(JOSEError) {
    self.content = try Content(
      JSONMembers(parsing: payload, limits: .standard, named: "claims set"), &texts)
  }

  /// Reads the claims of a JSON object; see `init(payload:)`.
  public init(_ object: JSONObject) throws(JOSEError) {
    var texts = JSONTexts.none
    self.content = try Content(JSONMembers(object), &texts)
  }

  /// Any claim, by name.
  public subscript(name: String) -> JSONValue? { self.content.members[name] }

  /// Whether the claim is a text of exactly these bytes, or with `nil` whether there is no such claim.
  public func holds(_ name: String, _ text: String?) -> Bool {
    self.content.members.holds(name, text)
  }

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

extension JWTClaims: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    left.content === right.content || left.content.members == right.content.members
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(self.content.members) }
}
