import JOSE
import StrictJSON

/// What the tokens that one client gets for one purpose have in common: everything that they say but
/// their id, their times and what they are bound to.
public final class AccessGrant: Sendable {
  public let issuer: String
  public let subject: String
  /// `client_id`, or `azp` where the issuer writes that instead.
  public let clientID: String?
  /// In order; never empty.
  public let audience: [String]
  /// Empty if there is no `scope`.
  public let scopes: ScopeSet
  /// The `typ` in the form of ``AccessTokenProfile/canonicalType(_:)``.
  public let type: String?
  /// The id of the key that signed.
  public let keyID: String
  /// As the header and the claims write them.
  private let writtenType: String?
  private let writtenScope: String?

  init(_ jwt: VerifiedJWT) throws(Refused) {
    let claims = jwt.claims
    guard let keyID = jwt.keyID else { throw Refused(.keyIDMissing) }
    self.keyID = keyID
    self.issuer = try Self.required(claims.issuer)
    self.subject = try Self.required(claims.subject)
    self.audience = try Self.audience(claims.audience)
    self.clientID = try Self.clientID(claims)
    self.scopes = try Self.scopes(claims)
    self.type = jwt.header.type.flatMap(AccessTokenProfile.canonicalType)
    self.writtenType = jwt.header.type
    self.writtenScope = claims["scope"]?.stringValue
  }

  /// Whether a token says the same, byte by byte.
  func covers(_ jwt: VerifiedJWT) -> Bool {
    let claims = jwt.claims
    return Self.areSame(jwt.keyID, self.keyID) && Self.areSame(jwt.header.type, self.writtenType)
      && Self.areSame(claims.subject, self.subject) && Self.areSame(claims.issuer, self.issuer)
      && claims.audience.count == self.audience.count
      && zip(claims.audience, self.audience).allSatisfy { $0.hasSameBytes(as: $1) }
      && claims.holds("scope", self.writtenScope)
      // `azp` counts only where there is no `client_id`.
      && (claims.holds("client_id", nil)
        ? claims.holds("azp", self.clientID) : claims.holds("client_id", self.clientID))
  }

  private static func areSame(_ left: String?, _ right: String?) -> Bool {
    switch (left, right) {
    case (let left?, let right?): left.hasSameBytes(as: right)
    case (nil, nil): true
    default: false
    }
  }

  private static func required(_ text: String?) throws(Refused) -> String {
    guard let text, !text.isEmpty else { throw Refused(.claimMissing) }
    return text
  }

  private static func audience(_ audience: [String]) throws(Refused) -> [String] {
    guard !audience.isEmpty else { throw Refused(.claimMissing) }
    guard audience.count <= SignedToken.maximumAudiences else { throw Refused(.malformedClaims) }
    return audience
  }

  private static func clientID(_ claims: JWTClaims) throws(Refused) -> String? {
    guard let value = claims["client_id"] ?? claims["azp"] else { return nil }
    return try Self.required(value.stringValue)
  }

  private static func scopes(_ claims: JWTClaims) throws(Refused) -> ScopeSet {
    guard let value = claims["scope"] else { return ScopeSet() }
    guard let text = value.stringValue, let scopes = try? ScopeSet(parsing: text) else {
      throw Refused(.invalidScope)
    }
    return scopes
  }
}

extension AccessGrant: Hashable {
  public static func == (left: AccessGrant, right: AccessGrant) -> Bool {
    left === right
      || (left.issuer == right.issuer && left.subject == right.subject
        && left.clientID == right.clientID && left.audience == right.audience
        && left.scopes == right.scopes && left.type == right.type && left.keyID == right.keyID)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(self.issuer)
    hasher.combine(self.subject)
  }
}

/// Grants whose tokens came lately and had good signatures; bounded. A token gets one of these only if it
/// says the same, byte by byte.
public final class AccessGrants {
  private static let setCount = 64
  private static let ways = 4

  private var places: [AccessGrant?] = Array(repeating: nil, count: setCount * ways)
  private var turn = 0

  public init() {}

  func grant(of jwt: VerifiedJWT) throws(Refused) -> AccessGrant {
    let first = Self.set(of: jwt.claims.subject ?? "") * Self.ways
    for place in first..<(first + Self.ways) {
      if let grant = self.places[place], grant.covers(jwt) { return grant }
    }
    let grant = try AccessGrant(jwt)
    self.turn &+= 1
    self.places[first + (self.turn & (Self.ways - 1))] = grant
    return grant
  }

  /// By the last bytes, in which subjects differ.
  private static func set(of subject: String) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in subject.utf8.suffix(12) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash >> 32) & (Self.setCount - 1)
  }
}
