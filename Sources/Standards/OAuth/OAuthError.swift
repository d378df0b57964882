public import StrictJSON

/// An error answer of an OAuth endpoint (RFC 6749 section 5.2).
public struct OAuthError: Error, Hashable, Sendable, CustomStringConvertible {
  public let code: Code
  /// What the caller did wrong and what would be right, in characters that `error_description` may
  /// hold. It never repeats a token.
  public let message: String

  /// - Parameter message: characters outside the grammar of `error_description` become `?`.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = ErrorDescription(message).description
  }

  public var description: String { "\(self.code.rawValue): \(self.message)" }

  /// The HTTP status that goes with the error: 401 for an unauthenticated client, else 400, except
  /// for what is the server's own trouble.
  public var httpStatus: Int {
    switch self.code {
    case .invalidClient: 401
    case .serverError: 500
    case .temporarilyUnavailable: 503
    default: 400
    }
  }

  /// The JSON body.
  public var json: JSONValue {
    .object([
      "error": .string(self.code.rawValue), "error_description": .string(self.message),
    ])
  }

  /// The registered codes that the token, revocation and introspection endpoints answer with.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    case invalidRequest = "invalid_request"
    case invalidClient = "invalid_client"
    case invalidGrant = "invalid_grant"
    case unauthorizedClient = "unauthorized_client"
    case unsupportedGrantType = "unsupported_grant_type"
    case invalidScope = "invalid_scope"
    /// RFC 8693 section 2.2.2 and RFC 8707 section 2.
    case invalidTarget = "invalid_target"
    /// RFC 7009 section 2.2.1.
    case unsupportedTokenType = "unsupported_token_type"
    /// RFC 9449 section 5.
    case invalidDPoPProof = "invalid_dpop_proof"
    /// RFC 9449 section 8: the answer has a `DPoP-Nonce` field.
    case useDPoPNonce = "use_dpop_nonce"
    case serverError = "server_error"
    case temporarilyUnavailable = "temporarily_unavailable"
  }
}

/// A text in the characters that `error_description` may hold (RFC 6749 section 5.2, RFC 6750
/// section 3); each other byte becomes `?`.
struct ErrorDescription: CustomStringConvertible {
  let description: String

  init(_ text: String) {
    self.description = String(
      decoding: text.utf8.map { Self.isLegal($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }

  private static func isLegal(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x21, 0x23...0x5B, 0x5D...0x7E: true
    default: false
    }
  }
}
