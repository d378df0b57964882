public import StrictJSON

/// The answer of the token endpoint to an exchange (RFC 8693 section 2.2.1).
///
/// The HTTP response needs `Cache-Control: no-store` (RFC 6749 section 5.1).
public struct TokenResponse: Sendable, Hashable {
  public let accessToken: BearerToken
  /// In seconds from now.
  public let expiresIn: Int64
  public let scopes: ScopeSet

  public init(accessToken: BearerToken, expiresIn: Int64, scopes: ScopeSet) {
    self.accessToken = accessToken
    self.expiresIn = expiresIn
    self.scopes = scopes
  }

  /// The JSON body. It holds the token itself.
  public var json: JSONObject {
    [
      "access_token": .string(self.accessToken.secret),
      "issued_token_type": .string(TokenType.accessToken.rawValue),
      "token_type": "Bearer",
      "expires_in": .integer(self.expiresIn),
      "scope": .string(self.scopes.description),
    ]
  }
}
