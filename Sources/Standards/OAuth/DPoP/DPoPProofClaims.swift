public import JOSE
import StrictJSON

/// What a proof to be made says (RFC 9449 section 4.2).
public struct DPoPProofClaims: Hashable, Sendable {
  /// The media type that the proof's header names.
  public static let type = "dpop+jwt"

  public let method: String
  public let uri: DPoPTargetURI
  /// Unix seconds.
  public let issuedAt: Int64
  /// Never to be used twice with one key.
  public let jwtID: String
  /// For a request with an access token.
  public let accessTokenHash: AccessTokenHash?
  /// What the server asked for in `DPoP-Nonce`.
  public let nonce: String?

  public init(
    method: String, uri: DPoPTargetURI, issuedAt: Int64, jwtID: String,
    accessTokenHash: AccessTokenHash?, nonce: String?
  ) {
    self.method = method
    self.uri = uri
    self.issuedAt = issuedAt
    self.jwtID = jwtID
    self.accessTokenHash = accessTokenHash
    self.nonce = nonce
  }

  private var payload: [UInt8] {
    var claims: JSONObject = [
      "jti": .string(self.jwtID), "htm": .string(self.method),
      "htu": .string(self.uri.description), "iat": .integer(self.issuedAt),
    ]
    claims["ath"] = self.accessTokenHash.map { .string($0.description) }
    claims["nonce"] = self.nonce.map(JSONValue.string)
    return claims.serialized()
  }

  /// The proof in compact form, for the field `DPoP`.
  /// - Parameters:
  ///   - signer: signs; its key id goes nowhere, because the key itself is in the header.
  ///   - key: the signer's public key.
  /// - Throws: the signer's own error if it cannot sign.
  public func signed(by signer: some JWSSigner, key: JSONWebKey) throws -> String {
    let header: JSONObject = [
      "typ": .string(Self.type), "alg": .string(signer.algorithm.rawValue),
      "jwk": .object(key.json),
    ]
    let input =
      Base64URL.encode(header.serialized()) + "." + Base64URL.encode(self.payload)
    let signature = try signer.signature(for: Array(input.utf8))
    return input + "." + Base64URL.encode(signature)
  }
}
