public import JOSE

/// An issuer of access tokens and its keys, each under its own id.
public struct IssuerKeys: Sendable {
  /// What the `iss` claim must equal, byte by byte.
  public let issuer: String
  /// A number that changes whenever a key comes, goes or changes: what was verified under another
  /// epoch has to be verified again.
  public let epoch: UInt64
  private let keys: [String: VerificationKey]

  /// - Parameter keys: keys without an id, and keys that share one, can never be named and are left
  ///   out.
  public init(issuer: String, keys: [VerificationKey]) {
    self.issuer = issuer
    var byID: [String: [VerificationKey]] = [:]
    for key in keys {
      if let keyID = key.keyID, !keyID.isEmpty { byID[keyID, default: []].append(key) }
    }
    self.keys = byID.compactMapValues { $0.count == 1 ? $0.first : nil }
    // Ids differ, so no two of these are the same number and cancel each other out.
    self.epoch = self.keys.values.reduce(0) { $0 ^ $1.epoch }
  }

  /// The keys of an issuer's JWK Set that are for signatures; others are left out.
  /// - Parameter permitting: the algorithms that a key without `alg` of its own may be used with.
  public init(issuer: String, keySet: JSONWebKeySet, permitting: Set<SignatureAlgorithm>) {
    self.init(
      issuer: issuer,
      keys: keySet.keys.compactMap { key in
        try? VerificationKey(key, permitting: permitting, uses: ["sig"])
      })
  }

  /// The ids of the keys, sorted.
  public var keyIDs: [String] { self.keys.keys.sorted() }

  func key(id: String) -> VerificationKey? { self.keys[id] }
}
