import Credentials
package import JOSE
package import OAuth
package import SPIFFE

/// An issuer whose access tokens count here, as a world knows it.
package final class TokenIssuer: Sendable {
  /// What is known of the issuer's keys.
  package enum Keys: Sendable {
    case available(IssuerKeys)
    /// They could not be had, or what was had is too old. Nothing is known of the tokens: 503, never 401.
    case unavailable(retryAfterSeconds: Int64)
  }

  /// Whose issuer it is.
  package enum Origin: String, Hashable, Sendable, CaseIterable {
    /// Our control plane: its subjects are SPIFFE IDs and its tokens have ids of our form, or it was not
    /// our control plane. Its keys are revoked by their bare ids.
    case own
    case external
  }

  /// What `iss` must equal, byte by byte: a URL without a fragment.
  package let issuer: String
  package let keys: Keys
  /// Which types and claims its tokens have.
  package let profile: AccessTokenProfile
  /// What its tokens may be signed with, besides what each key says.
  package let algorithms: Set<SignatureAlgorithm>
  /// The trust domains whose SPIFFE IDs it may vouch for. A `spiffe://` subject of any other is refused.
  package let trustDomains: Set<TrustDomain>
  package let origin: Origin
  /// A number that changes with the keys (`IssuerKeys.epoch`) and with what is asked of tokens when they are
  /// verified and not each time that they are presented; `nil` while there are no keys.
  package let epoch: UInt64?

  /// - Throws: `InvalidTokenIssuer` unless the issuer is an http or https URL in printable ASCII, without
  ///   a fragment, and the keys are its own.
  package init(
    issuer: String, keys: Keys, profile: AccessTokenProfile = .rfc9068,
    algorithms: Set<SignatureAlgorithm> = [.es256], trustDomains: Set<TrustDomain> = [],
    origin: Origin = .external
  ) throws(InvalidTokenIssuer) {
    guard Principal.isIssuer(issuer) else { throw InvalidTokenIssuer(.issuer) }
    if case .available(let known) = keys, known.issuer != issuer {
      throw InvalidTokenIssuer(.keysOfAnother)
    }
    self.issuer = issuer
    self.keys = keys
    self.profile = profile
    self.algorithms = algorithms
    self.trustDomains = trustDomains
    self.origin = origin
    self.epoch = Self.epoch(keys, profile, algorithms, origin)
  }

  private static func epoch(
    _ keys: Keys, _ profile: AccessTokenProfile, _ algorithms: Set<SignatureAlgorithm>,
    _ origin: Origin
  ) -> UInt64? {
    guard case .available(let known) = keys else { return nil }
    var hasher = Hasher()
    hasher.combine(profile.claims)
    hasher.combine(algorithms)
    hasher.combine(origin)
    return known.epoch ^ UInt64(bitPattern: Int64(hasher.finalize()))
  }

  /// Whether it may speak for this principal.
  func vouches(for principal: Principal) -> Bool {
    guard let id = principal.spiffeID else { return self.origin == .external }
    return self.trustDomains.contains(id.trustDomain)
  }
}

/// The issuers of a world, each under its own name.
package struct IssuerTable: Sendable {
  private let issuers: [String: TokenIssuer]
  /// Where there is one only, it is compared with and not looked for.
  private let single: TokenIssuer?

  /// - Throws: `InvalidTokenIssuer` if two have one name.
  package init(_ issuers: [TokenIssuer] = []) throws(InvalidTokenIssuer) {
    var table: [String: TokenIssuer] = [:]
    for issuer in issuers {
      guard table.updateValue(issuer, forKey: issuer.issuer) == nil else {
        throw InvalidTokenIssuer(.repeated)
      }
    }
    self.issuers = table
    self.single = table.count == 1 ? issuers.first : nil
  }

  package subscript(issuer: String) -> TokenIssuer? {
    guard let single = self.single else { return self.issuers[issuer] }
    return single.issuer == issuer ? single : nil
  }

  /// The names, sorted.
  package var names: [String] { self.issuers.keys.sorted() }
}

/// What was given is not an issuer, or no table of issuers.
package struct InvalidTokenIssuer: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: String, Hashable, Sendable, CaseIterable {
    case issuer, keysOfAnother, repeated
  }

  package let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  package var description: String {
    switch self.reason {
    case .issuer: "an issuer is an http or https URL of at most 2048 bytes, without a fragment"
    case .keysOfAnother: "the keys of an issuer are under its own name"
    case .repeated: "each issuer is configured once"
    }
  }
}
