import Crypto
import Foundation
import JOSE
import OAuth
import StrictJSON

/// Makes proofs, good ones and bad ones.
struct ProofMaker {
  static let now: Int64 = 1_800_000_000
  static let uri = "https://orders.example/v1/orders"

  let key = P256.Signing.PrivateKey()

  var jwk: JSONObject {
    JSONWebKey.from(self.key.publicKey, keyID: nil, algorithm: nil, use: nil).json
  }

  var header: JSONObject {
    ["typ": "dpop+jwt", "alg": "ES256", "jwk": .object(self.jwk)]
  }

  static let claims: JSONObject = [
    "jti": "proof-1", "htm": "GET", "htu": .string(uri), "iat": .integer(now),
  ]

  func proof(
    header: JSONObject? = nil, claims: JSONObject = claims, payload: [UInt8]? = nil
  ) throws -> String {
    let input =
      Base64URL.encode((header ?? self.header).serialized()) + "."
      + Base64URL.encode(payload ?? claims.serialized())
    let signature = try self.key.signature(for: Data(input.utf8)).rawRepresentation
    return input + "." + Base64URL.encode(Array(signature))
  }

  static func verify(
    _ fields: [String], method: String = "GET", uri: String = uri,
    token: BearerToken? = nil, now: Int64 = now, nonce: DPoPNonces? = nil
  ) throws -> DPoPVerification {
    UnverifiedDPoPProof(fields: fields).verify(
      method: method, uri: try DPoPTargetURI(parsing: uri),
      accessTokenHash: token.map(AccessTokenHash.init), at: now,
      window: DPoPWindow(past: 60, future: 10), nonce: nonce)
  }

  /// A verified proof with this `jti` and time of issue.
  func verified(_ jwtID: String, issuedAt: Int64 = now) throws -> VerifiedDPoPProof {
    var claims = Self.claims
    claims["jti"] = .string(jwtID)
    claims["iat"] = .integer(issuedAt)
    guard let proof = try Self.verify([self.proof(claims: claims)], now: issuedAt).verified else {
      throw JSONShape()
    }
    return proof
  }

  struct JSONShape: Error {}
}
