/// A request for an access token in exchange for another token (RFC 8693 section 2.1), as far as it
/// can be judged without knowing anybody.
///
/// Narrower than the RFC: a request has exactly one target, and nobody acts for another (no actor
/// token).
public struct TokenExchangeRequest: Sendable, Hashable {
  /// The value of `grant_type`.
  public static let grantType = "urn:ietf:params:oauth:grant-type:token-exchange"

  /// The parameters that RFC 8693 lets a request repeat, which then has not exactly one target.
  public static let repeatableParameters: Set<String> = ["audience", "resource"]

  /// The token that proves who asks.
  public let subjectToken: BearerToken
  public let subjectTokenType: TokenType
  /// The service that the new token is to be for.
  public let target: Audience
  /// The scopes that are asked for; `nil` if the request does not say.
  public let scopes: ScopeSet?

  /// Reads a form body.
  /// - Throws: ``OAuthError``, ready to answer with.
  public init(decoding body: [UInt8]) throws(OAuthError) {
    let parameters: FormParameters
    do {
      parameters = try FormParameters(decoding: body, repeatable: Self.repeatableParameters)
    } catch {
      throw OAuthError(error)
    }
    try self.init(parameters)
  }

  /// Reads the parameters of a form that was decoded with ``repeatableParameters``. Parameters that
  /// are not known are ignored (RFC 6749 section 3.2).
  /// - Throws: ``OAuthError``: `unsupported_grant_type`, `invalid_target`, `invalid_scope`, and
  ///   `invalid_request` for everything else.
  public init(_ parameters: FormParameters) throws(OAuthError) {
    try Self.checkGrant(parameters)
    self.subjectToken = try Self.subjectToken(parameters)
    self.subjectTokenType = try Self.subjectTokenType(parameters)
    try Self.checkRequestedType(parameters)
    self.target = try Self.target(parameters)
    self.scopes = try Self.scopes(parameters)
  }

  private static func checkGrant(_ parameters: FormParameters) throws(OAuthError) {
    guard let grantType = parameters["grant_type"] else {
      throw OAuthError(.invalidRequest, "the parameter grant_type is missing")
    }
    guard grantType == Self.grantType else {
      throw OAuthError(.unsupportedGrantType, "the grant type must be \(Self.grantType)")
    }
    guard parameters["actor_token"] == nil, parameters["actor_token_type"] == nil else {
      throw OAuthError(.invalidRequest, "actor tokens are not supported")
    }
  }

  private static func subjectToken(
    _ parameters: FormParameters
  ) throws(OAuthError) -> BearerToken {
    guard let text = parameters["subject_token"] else {
      throw OAuthError(.invalidRequest, "the parameter subject_token is missing")
    }
    guard let token = try? BearerToken(text) else {
      throw OAuthError(.invalidRequest, "the subject token is not a token")
    }
    return token
  }

  private static func subjectTokenType(
    _ parameters: FormParameters
  ) throws(OAuthError) -> TokenType {
    guard let name = parameters["subject_token_type"] else {
      throw OAuthError(.invalidRequest, "the parameter subject_token_type is missing")
    }
    guard let type = TokenType(rawValue: name) else {
      throw OAuthError(
        .invalidRequest, "the subject token type must be \(TokenType.jwt.rawValue)")
    }
    return type
  }

  private static func checkRequestedType(_ parameters: FormParameters) throws(OAuthError) {
    guard let requested = parameters["requested_token_type"] else { return }
    guard TokenType(rawValue: requested) == .accessToken else {
      throw OAuthError(
        .invalidRequest, "the requested token type must be \(TokenType.accessToken.rawValue)")
    }
  }

  private static func target(_ parameters: FormParameters) throws(OAuthError) -> Audience {
    let audiences = parameters.all("audience")
    let resources = parameters.all("resource")
    guard audiences.count <= 1, resources.count <= 1, let name = (audiences + resources).first,
      (audiences + resources).allSatisfy({ $0.utf8.elementsEqual(name.utf8) })
    else {
      throw OAuthError(
        .invalidTarget, "name exactly one target, as audience, as resource, or as both alike")
    }
    do {
      return try Audience(parsing: name)
    } catch {
      throw OAuthError(.invalidTarget, error.description)
    }
  }

  private static func scopes(_ parameters: FormParameters) throws(OAuthError) -> ScopeSet? {
    guard let text = parameters["scope"] else { return nil }
    do {
      return try ScopeSet(parsing: text)
    } catch {
      throw OAuthError(.invalidScope, error.description)
    }
  }
}

extension OAuthError {
  /// The answer to a body that is not a form.
  public init(_ form: MalformedForm) {
    self.init(.invalidRequest, form.description)
  }
}
