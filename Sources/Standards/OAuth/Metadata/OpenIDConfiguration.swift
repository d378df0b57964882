public import JOSE
public import StrictJSON

/// The document that relying parties of OpenID Connect look for below an issuer
/// (OpenID Connect Discovery 1.0 section 3). Nobody logs in here: the document only leads to the
/// keys.
public struct OpenIDConfiguration: Sendable, Hashable {
  public let issuer: String
  public let keySetURI: String
  public let tokenEndpoint: String?
  /// The algorithms that the issuer signs with.
  public let algorithms: [SignatureAlgorithm]

  public init(
    issuer: String, keySetURI: String, tokenEndpoint: String?, algorithms: [SignatureAlgorithm]
  ) {
    self.issuer = issuer
    self.keySetURI = keySetURI
    self.tokenEndpoint = tokenEndpoint
    self.algorithms = algorithms
  }

  /// The document.
  public var json: JSONObject {
    var object: JSONObject = [
      "issuer": .string(self.issuer),
      "jwks_uri": .string(self.keySetURI),
      "response_types_supported": .array(["id_token"]),
      "subject_types_supported": .array(["public"]),
      "id_token_signing_alg_values_supported": .array(
        self.algorithms.map { .string($0.rawValue) }),
    ]
    object["token_endpoint"] = self.tokenEndpoint.map(JSONValue.string)
    return object
  }
}
