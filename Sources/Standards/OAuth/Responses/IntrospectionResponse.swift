public import StrictJSON

/// The answer of the introspection endpoint (RFC 7662 section 2.2).
public enum IntrospectionResponse: Sendable, Hashable {
  /// The token is unknown, expired, revoked, not for the caller, or no token at all: the answer does
  /// not tell these apart.
  case inactive
  case active(VerifiedAccessToken)

  /// The JSON body.
  public var json: JSONObject {
    guard case .active(let token) = self else { return ["active": false] }
    return [
      "active": true,
      "scope": .string(token.scopes.description),
      "client_id": .string(token.clientID),
      "token_type": "Bearer",
      "exp": .integer(token.expiresAt),
      "iat": .integer(token.issuedAt),
      "nbf": .integer(token.notBefore),
      "sub": .string(token.subject),
      "aud": token.audience.count == 1
        ? .string(token.audience.joined()) : .array(token.audience.map(JSONValue.string)),
      "iss": .string(token.issuer),
      "jti": .string(token.jwtID),
    ]
  }
}
