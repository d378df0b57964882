import JOSE

/// The value of a `WWW-Authenticate` field that asks for a DPoP-bound token and a proof (RFC 9449
/// section 7.1).
public struct DPoPChallenge: Sendable, Hashable, CustomStringConvertible {
  /// What the request lacked.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case invalidRequest = "invalid_request"
    case invalidToken = "invalid_token"
    case insufficientScope = "insufficient_scope"
    case invalidProof = "invalid_dpop_proof"
    /// Goes with a `DPoP-Nonce` field (section 9).
    case useNonce = "use_dpop_nonce"
  }

  public let description: String

  /// - Parameters:
  ///   - code: `nil` where the request had no credential at all.
  ///   - message: what was wrong; characters outside the grammar become `?`.
  ///   - scopes: the scopes that the operation requires.
  public init(_ code: Code?, message: String? = nil, scopes: ScopeSet = ScopeSet()) {
    var parameters: [String] = []
    if let code { parameters.append("error=\"\(code.rawValue)\"") }
    if let message, code != nil {
      parameters.append("error_description=\"\(ErrorDescription(message))\"")
    }
    if !scopes.isEmpty { parameters.append("scope=\"\(scopes)\"") }
    let algorithms = UnverifiedDPoPProof.algorithms.map(\.rawValue).joined(separator: " ")
    parameters.append("algs=\"\(algorithms)\"")
    self.description = "DPoP " + parameters.joined(separator: ", ")
  }

  /// The challenge that goes with the refusal of a proof.
  public init(_ refusal: DPoPRefusal) {
    self.init(refusal.asksForNonce ? .useNonce : .invalidProof, message: refusal.message)
  }
}
