package import Credentials

/// A service as the token endpoint knows it.
package struct TokenTarget: Hashable, Sendable {
  package let service: String
  package let audience: String
  /// The scopes that the service's contract declares.
  package let declaredScopes: Set<String>
  /// Seconds.
  package let tokenLifetime: Int64

  package init(
    service: String, audience: String, declaredScopes: Set<String>, tokenLifetime: Int64
  ) {
    self.service = service
    self.audience = audience
    self.declaredScopes = declaredScopes
    self.tokenLifetime = tokenLifetime
  }
}

/// Why no token is issued; each is one error of RFC 6749 section 5.2 or RFC 8693 section 2.2.2.
package enum TokenRefusal: Error, Hashable, Sendable {
  case invalidTarget(Reason)
  case invalidScope(Reason)
  case invalidRequest(Reason)
  /// RFC 9449 section 5.
  case invalidProof(Reason)
}

/// The scopes of a request compared with what its target declares.
package struct TokenGrant: Hashable, Sendable {
  package let target: TokenTarget
  package let scopes: [String]
  /// Unix seconds.
  package let issuedAt: Int64
  package let expiresAt: Int64

  /// - Throws: `.invalidScope` for a scope that the target's contract does not declare.
  package init(target: TokenTarget, scopes: [String], now: Int64) throws(TokenRefusal) {
    guard scopes.allSatisfy(target.declaredScopes.contains) else {
      throw .invalidScope(
        Reason(
          code: "scope-unknown",
          message: "the contract of service `\(target.service)` declares no such scope"))
    }
    self.target = target
    self.scopes = scopes
    self.issuedAt = now
    self.expiresAt = now + target.tokenLifetime
  }
}
