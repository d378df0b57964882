/// An API that workloads call, as its manifest describes it.
package struct Service: Hashable, Sendable {
  package let name: String
  package let owner: String
  package let purpose: String
  package let exposure: Exposure
  /// The `aud` of access tokens for it.
  package let audience: String
  package let routes: [Route]
  /// Where requests are forwarded to.
  package let upstream: Upstream
  /// The OpenAPI document, as text.
  package let contract: String
  /// Operations that need no credential, by operation id.
  package let anonymous: [String]
  /// Seconds that an access token for it lives.
  package let tokenLifetime: Int64
  /// Whether `Authorization` goes on to the upstream.
  package let forwardToken: Bool
  /// What happens when requests cannot be recorded.
  package let audit: AuditRequirement
  /// What callers must prove besides having a token.
  package let senderConstraint: SenderConstraint
  /// How each check that may be turned off is applied.
  package let enforcement: [EnforcedStage: Enforcement]
  package let limits: Limits
  /// Whether connections may become WebSockets, whose bytes nobody inspects.
  package var webSocket = false
  /// Scheme, host and port under which clients know the service, if not those of their requests.
  package var externalOrigin: String?
  /// What paths may hold beyond the strict reading.
  package var pathExceptions: Set<PathException> = []

  package enum Exposure: String, Hashable, Sendable, CaseIterable {
    case `internal`, partner, `public`
  }

  package enum AuditRequirement: String, Hashable, Sendable, CaseIterable {
    case required
    case bestEffort = "best-effort"
  }

  /// Which access tokens are issued for the service, and which it takes.
  package enum SenderConstraint: String, Hashable, Sendable, CaseIterable {
    /// Bearer tokens, and bound ones with their proof.
    case none
    /// Bound ones only, to whatever their sender can prove.
    case required
    /// Bound to a key that proves itself in each request (RFC 9449).
    case dpop
    /// Bound to the client certificate of the connection (RFC 8705).
    case mutualTLS = "mutual-tls"
  }

  /// The checks of the gateway that a service may turn to shadow or off.
  package enum EnforcedStage: String, Hashable, Sendable, CaseIterable {
    case operation, scope, contract, policy
  }

  package enum Enforcement: String, Hashable, Sendable, CaseIterable {
    case enforcing, shadow, off
  }

  /// Something in a path that parties to a request are known to read differently.
  package enum PathException: String, Hashable, Sendable, CaseIterable {
    /// `%2F` and `%5C`.
    case encodedSlash
    /// `.` and `..`.
    case dotSegments
    /// `//`.
    case emptySegments
    /// Encoded letters, digits and `-._~`.
    case encodedUnreserved
  }

  package struct Route: Hashable, Sendable {
    /// Lower-case host name, without a port.
    package let host: String
    /// Begins with `/`; matches whole path segments.
    package let pathPrefix: String

    package init(host: String, pathPrefix: String) {
      self.host = host
      self.pathPrefix = pathPrefix
    }
  }

  package struct Limits: Hashable, Sendable {
    /// Bytes of a request's body.
    package var requestBody: Int64 = 10 * 1024 * 1024
    /// Seconds from the forwarded head to the response's head.
    package var responseTimeout: Int64 = 30

    package init() {}
  }

  package init(
    name: String, owner: String, purpose: String, exposure: Exposure, audience: String,
    routes: [Route], upstream: Upstream, contract: String, anonymous: [String],
    tokenLifetime: Int64, forwardToken: Bool, audit: AuditRequirement,
    senderConstraint: SenderConstraint, enforcement: [EnforcedStage: Enforcement], limits: Limits
  ) {
    self.name = name
    self.owner = owner
    self.purpose = purpose
    self.exposure = exposure
    self.audience = audience
    self.routes = routes
    self.upstream = upstream
    self.contract = contract
    self.anonymous = anonymous
    self.tokenLifetime = tokenLifetime
    self.forwardToken = forwardToken
    self.audit = audit
    self.senderConstraint = senderConstraint
    self.enforcement = enforcement
    self.limits = limits
  }
}
