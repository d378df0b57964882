public import StrictJSON

/// The answer of the token endpoint to an exchange (RFC 8693 section 2.2.1).
///
/// The HTTP response needs `Cache-Control: no-store` (RFC 6749 section 5.1).
public struct TokenResponse: Sendable, Hashable {
  public let accessToken: BearerToken
  /// In seconds from now.
  public let expiresIn: Int64
  public let scopes: ScopeSet
  public let scheme: Scheme

  /// How the token is to be presented (RFC 6749 section 7.1).
  public enum Scheme: String, Hashable, Sendable, CaseIterable {
    /// Also for tokens that are bound to a certificate (RFC 8705 section 3).
    case bearer = "Bearer"
    /// With a proof in each request (RFC 9449 section 5).
    case dpop = "DPoP"
  }

  public init(
    accessToken: BearerToken, expiresIn: Int64, scopes: ScopeSet, scheme: Scheme = .bearer
  ) {
    self.accessToken = accessToken
    self.expiresIn = expiresIn
    self.scopes = scopes
    self.scheme = scheme
  }

  /// The JSON body. It holds the token itself.
  public var json: JSONObject {
    [
      "access_token": .string(self.accessToken.secret),
      "issued_token_type": .string(TokenType.accessToken.rawValue),
      "token_type": .string(self.scheme.rawValue),
      "expires_in": .integer(self.expiresIn),
      "scope": .string(self.scopes.description),
    ]
  }
}
