/// A challenge in WWW-Authenticate, RFC 6750 section 3, RFC 9449 section 7.1.
///
/// A request without any credentials gets a challenge without `error`.
public struct BearerChallenge: Sendable, Hashable {
  public enum Scheme: String, Sendable, Hashable {
    case bearer = "Bearer"
    case dpop = "DPoP"
  }

  /// Error codes of RFC 6750 section 3.1 and RFC 9449 sections 5 and 9.
  public enum ErrorCode: String, Sendable, Hashable {
    case invalidRequest = "invalid_request"
    case invalidToken = "invalid_token"
    case insufficientScope = "insufficient_scope"
    case invalidDPoPProof = "invalid_dpop_proof"
    case useDPoPNonce = "use_dpop_nonce"
  }

  public var scheme: Scheme
  public var realm: String
  public var error: ErrorCode?
  public var errorDescription: String?
  /// Scopes that the operation needs.
  public var scopes: [String]

  public init(
    scheme: Scheme = .bearer, realm: String, error: ErrorCode? = nil,
    errorDescription: String? = nil, scopes: [String] = []
  ) {
    self.scheme = scheme
    self.realm = realm
    self.error = error
    self.errorDescription = errorDescription
    self.scopes = scopes
  }

  /// The field value. Scopes that are no `scope-token` (RFC 6749 section 3.3) are left out, and
  /// descriptions lose what RFC 6750 does not allow in them.
  public var fieldValue: String {
    var parameters = ["realm=\(QuotedString.quote(realm))"]
    if let error { parameters.append("error=\"\(error.rawValue)\"") }
    if let errorDescription {
      let allowed = errorDescription.utf8.filter { Self.isText($0) || $0 == .space }
      parameters.append("error_description=\"\(String(decoding: allowed, as: UTF8.self))\"")
    }
    let valid = scopes.filter { !$0.isEmpty && $0.utf8.allSatisfy(Self.isText) }
    if !valid.isEmpty { parameters.append("scope=\"\(valid.joined(separator: " "))\"") }
    return "\(scheme.rawValue) \(parameters.joined(separator: ", "))"
  }

  /// `NQCHAR` without the space: printable ASCII but for the quote and the backslash.
  private static func isText(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }
}
