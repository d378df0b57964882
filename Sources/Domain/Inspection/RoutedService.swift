package import OAuth
package import OpenAPIContract

/// A service as the gateway needs it.
package final class RoutedService: Sendable {
  package let name: String
  /// The `aud` of access tokens for it, and the realm of challenges.
  package let audience: Audience
  package let contract: Contract
  /// Operations that need no credential, by id.
  package let anonymous: Set<String>
  package let enforcement: [Stage: Enforcement]
  /// Bytes of a request's body.
  package let maximumBody: UInt64
  package let forwarding: Forwarding
  /// Whether a request that cannot be recorded is refused.
  package let mustBeRecorded: Bool
  /// What is asked of the sender of a token.
  package let senderConstraint: SenderConstraint
  /// Scheme, host and port under which clients know the service: what DPoP proofs name. `nil` for that
  /// of the request's own Host.
  package let externalOrigin: String?
  /// SHA-256 of the contract's text in lower-case hexadecimal, where it is known.
  package let contractDigest: String?

  /// Where permitted requests go.
  package struct Forwarding: Hashable, Sendable {
    package let upstream: Upstream
    /// Whether `Authorization` and `DPoP` go on.
    package let forwardsToken: Bool
    /// Seconds from the forwarded head to the response's head.
    package let responseTimeout: Int64
    /// Whether a connection may become a WebSocket, whose bytes nobody inspects.
    package let allowsWebSocket: Bool

    package init(
      upstream: Upstream, forwardsToken: Bool, responseTimeout: Int64, allowsWebSocket: Bool = false
    ) {
      self.upstream = upstream
      self.forwardsToken = forwardsToken
      self.responseTimeout = responseTimeout
      self.allowsWebSocket = allowsWebSocket
    }
  }

  package init(
    name: String, audience: Audience, contract: Contract, anonymous: Set<String>,
    enforcement: [Stage: Enforcement], maximumBody: UInt64, forwarding: Forwarding,
    mustBeRecorded: Bool, senderConstraint: SenderConstraint = .none,
    externalOrigin: String? = nil, contractDigest: String? = nil
  ) {
    self.name = name
    self.audience = audience
    self.contract = contract
    self.anonymous = anonymous
    self.enforcement = enforcement
    self.maximumBody = maximumBody
    self.forwarding = forwarding
    self.mustBeRecorded = mustBeRecorded
    self.senderConstraint = senderConstraint
    self.externalOrigin = externalOrigin
    self.contractDigest = contractDigest
  }

  /// Only the stages that a service may relax follow its wish.
  package func enforcement(of stage: Stage) -> Enforcement {
    switch stage {
    case .operation, .scope, .contract, .policy: self.enforcement[stage] ?? .enforcing
    case .framing, .host, .sourceLimit, .credential, .identityLimit, .forward: .enforcing
    }
  }
}
