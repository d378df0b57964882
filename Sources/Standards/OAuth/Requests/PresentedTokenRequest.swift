/// A request about a token, to the introspection (RFC 7662 section 2.1) or the revocation endpoint
/// (RFC 7009 section 2.1). Both have the same parameters; the hint is not needed and ignored.
public struct PresentedTokenRequest: Sendable, Hashable {
  /// The token in question. It may be anything that the caller believes to be one.
  public let token: BearerToken

  /// Reads a form body.
  /// - Throws: ``OAuthError`` with `invalid_request`, ready to answer with.
  public init(decoding body: [UInt8]) throws(OAuthError) {
    let parameters: FormParameters
    do {
      parameters = try FormParameters(decoding: body)
    } catch {
      throw OAuthError(error)
    }
    guard let text = parameters["token"], let token = try? BearerToken(text) else {
      throw OAuthError(.invalidRequest, "the parameter token is missing or not a token")
    }
    self.token = token
  }
}
