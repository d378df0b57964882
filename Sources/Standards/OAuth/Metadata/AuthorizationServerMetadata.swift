public import JOSE
public import StrictJSON

/// The metadata of an authorization server (RFC 8414 section 2) that exchanges tokens and has no
/// users.
public struct AuthorizationServerMetadata: Sendable, Hashable {
  public let issuer: String
  public let tokenEndpoint: String
  public let keySetURI: String
  public let introspectionEndpoint: String?
  public let revocationEndpoint: String?
  /// How clients may authenticate at the token endpoint: the registered names, such as `none`.
  public let clientAuthenticationMethods: [String]
  /// What DPoP proofs may be signed with (RFC 9449 section 5.1); empty where none are taken.
  public var proofAlgorithms: [SignatureAlgorithm] = []
  /// The token endpoint where a client certificate binds the token to itself (RFC 8705 sections 3.3
  /// and 5).
  public var mutualTLSTokenEndpoint: String?

  public init(
    issuer: String, tokenEndpoint: String, keySetURI: String, introspectionEndpoint: String?,
    revocationEndpoint: String?, clientAuthenticationMethods: [String]
  ) {
    self.issuer = issuer
    self.tokenEndpoint = tokenEndpoint
    self.keySetURI = keySetURI
    self.introspectionEndpoint = introspectionEndpoint
    self.revocationEndpoint = revocationEndpoint
    self.clientAuthenticationMethods = clientAuthenticationMethods
  }

  /// The document. There is no authorization endpoint, so no response type is supported.
  public var json: JSONObject {
    var object: JSONObject = [
      "issuer": .string(self.issuer),
      "token_endpoint": .string(self.tokenEndpoint),
      "jwks_uri": .string(self.keySetURI),
      "response_types_supported": .array([]),
      "grant_types_supported": .array([.string(TokenExchangeRequest.grantType)]),
      "token_endpoint_auth_methods_supported": .array(
        self.clientAuthenticationMethods.map(JSONValue.string)),
    ]
    if !self.proofAlgorithms.isEmpty {
      object["dpop_signing_alg_values_supported"] = .array(
        self.proofAlgorithms.map { .string($0.rawValue) })
    }
    if let endpoint = self.mutualTLSTokenEndpoint {
      object["tls_client_certificate_bound_access_tokens"] = true
      object["mtls_endpoint_aliases"] = ["token_endpoint": .string(endpoint)]
    }
    object["introspection_endpoint"] = self.introspectionEndpoint.map(JSONValue.string)
    object["revocation_endpoint"] = self.revocationEndpoint.map(JSONValue.string)
    return object
  }
}
