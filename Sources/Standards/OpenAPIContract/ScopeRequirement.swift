/// What a caller's credential must carry for an operation: any one of several alternatives, from
/// `security` of the operation or, if it has none, of the document.
///
/// Without alternatives no scope is needed. That never makes an operation open to callers without
/// an identity: a contract alone cannot do so.
public struct ScopeRequirement: Sendable, Hashable {
  /// One way to be admitted.
  public struct Alternative: Sendable, Hashable {
    /// Every one of these is needed.
    public let scopes: Set<String>
    /// A client certificate is needed as well (`mutualTLS`).
    public let needsClientCertificate: Bool

    public init(scopes: Set<String>, needsClientCertificate: Bool = false) {
      self.scopes = scopes
      self.needsClientCertificate = needsClientCertificate
    }
  }

  public let alternatives: [Alternative]

  public init(alternatives: [Alternative] = []) { self.alternatives = alternatives }

  /// Nothing but an identity is needed.
  public static let none = ScopeRequirement()

  /// Whether `scopes` fulfil the requirement.
  public func isSatisfied(by scopes: Set<String>, hasClientCertificate: Bool) -> Bool {
    alternatives.isEmpty
      || alternatives.contains {
        $0.scopes.isSubset(of: scopes) && (hasClientCertificate || !$0.needsClientCertificate)
      }
  }

  /// The scopes to name in a challenge: those of the alternative that asks for the fewest beyond
  /// `scopes`, in order of the alphabet.
  public func scopesToRequest(holding scopes: Set<String>) -> [String] {
    let nearest = alternatives.map(\.scopes).min {
      $0.subtracting(scopes).count < $1.subtracting(scopes).count
    }
    return nearest.map { $0.sorted() } ?? []
  }
}
