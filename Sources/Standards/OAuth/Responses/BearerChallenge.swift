/// The value of a `WWW-Authenticate` field that asks for a bearer token (RFC 6750 section 3).
public struct BearerChallenge: Sendable, Hashable, CustomStringConvertible {
  /// The codes of RFC 6750 section 3.1.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case invalidRequest = "invalid_request"
    case invalidToken = "invalid_token"
    case insufficientScope = "insufficient_scope"

    /// The HTTP status that goes with the code.
    public var httpStatus: Int {
      switch self {
      case .invalidRequest: 400
      case .invalidToken: 401
      case .insufficientScope: 403
      }
    }
  }

  public let description: String

  /// - Parameters:
  ///   - code: `nil` where the request had no credential at all: then nothing is said about errors.
  ///   - message: what was wrong; characters outside the grammar become `?`.
  ///   - scopes: the scopes that the operation requires.
  public init(_ code: Code?, message: String? = nil, scopes: ScopeSet = ScopeSet()) {
    var parameters: [String] = []
    if let code { parameters.append("error=\"\(code.rawValue)\"") }
    if let message, code != nil {
      parameters.append("error_description=\"\(ErrorDescription(message))\"")
    }
    if !scopes.isEmpty { parameters.append("scope=\"\(scopes)\"") }
    self.description =
      parameters.isEmpty ? "Bearer" : "Bearer " + parameters.joined(separator: ", ")
  }
}
