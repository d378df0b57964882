package import JOSE
package import SPIFFE

/// Where keys come from that the gateway verifies credentials with, over the network.
package struct TrustSource: Hashable, Sendable {
  /// Whose keys they are: each has its own, under its own key ids.
  package enum Owner: Hashable, Sendable {
    /// An issuer of access tokens, by the `iss` that its tokens have.
    case issuer(String)
    /// A trust domain, whose keys sign SVIDs.
    case trustDomain(TrustDomain)
  }

  /// How the document is found.
  package enum Location: Hashable, Sendable {
    /// By the issuer's metadata, below its URL.
    case discovery(MetadataKind)
    /// By its own URL.
    case document(DocumentURL)
  }

  /// The two documents in which an issuer says where its keys are.
  package enum MetadataKind: String, Hashable, Sendable, CaseIterable {
    /// OpenID Connect Discovery 1.0 section 4.
    case openID = "openid-configuration"
    /// RFC 8414 section 3.
    case oauth = "oauth-authorization-server"
  }

  package let owner: Owner
  package let location: Location
  /// What an issuer may sign with.
  package var algorithms: Set<SignatureAlgorithm> = [.es256]
  /// Hosts besides the issuer's own at which its metadata may say that the keys are.
  package var keyHosts: Set<String> = []
  /// Whether plain HTTP to this machine itself is allowed.
  package var permitsLoopbackHTTP = false
  /// Certificate authorities for its connections, as PEM; `nil` for the system's.
  package var authorities: String?
  package var timing = RefreshTiming()

  package init(owner: Owner, location: Location) {
    self.owner = owner
    self.location = location
  }

  /// Whether only the times differ: what was fetched from one is what the other would have fetched.
  func isSame(as other: TrustSource) -> Bool {
    var other = other
    other.timing = self.timing
    return self == other
  }
}

extension TrustSource.Owner: CustomStringConvertible {
  package var description: String {
    switch self {
    case .issuer(let issuer): issuer
    case .trustDomain(let name): name.description
    }
  }
}
