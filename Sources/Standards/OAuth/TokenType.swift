/// What a token is, as token exchange names it (RFC 8693 section 3).
public enum TokenType: String, Hashable, Sendable, CaseIterable {
  case jwt = "urn:ietf:params:oauth:token-type:jwt"
  case accessToken = "urn:ietf:params:oauth:token-type:access_token"
}
