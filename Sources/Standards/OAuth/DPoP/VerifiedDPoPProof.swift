/// A DPoP proof that is good for one request: signed by its own key, for this method and URI, and
/// for this access token if there is one. Whether it was used before, a ``DPoPReplaySet`` says.
public struct VerifiedDPoPProof: Sendable, Hashable {
  /// The key that made the proof: what a token's `cnf.jkt` must be.
  public let key: Thumbprint
  public let jwtID: String
  /// Unix seconds.
  public let issuedAt: Int64
  /// The last second in which the proof is accepted.
  public let acceptedUntil: Int64

  init(key: Thumbprint, jwtID: String, issuedAt: Int64, acceptedUntil: Int64) {
    self.key = key
    self.jwtID = jwtID
    self.issuedAt = issuedAt
    self.acceptedUntil = acceptedUntil
  }
}
