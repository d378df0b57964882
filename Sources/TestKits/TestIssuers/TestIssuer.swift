package import Crypto
import JOSE
package import OAuth
package import StrictJSON

/// An issuer of access tokens (RFC 9068) whose key the tests hold.
package struct TestIssuer: Sendable {
  package static let name = "https://issuer.example"
  package let name: String
  package let keyID: String
  package let key = P256.Signing.PrivateKey()

  package init(keyID: String = "key-1", name: String = TestIssuer.name) {
    self.name = name
    self.keyID = keyID
  }

  /// What a checker of its tokens holds.
  package func issuerKeys() throws -> IssuerKeys {
    let jwk = JSONWebKey.from(self.key.publicKey, keyID: self.keyID)
    return IssuerKeys(
      issuer: self.name,
      keys: [try VerificationKey(jwk, permitting: [.es256], uses: ["sig"])])
  }

  /// A token of the checkout workload for the orders service, from 1,000,000 to 1,000,300 seconds after the
  /// epoch.
  /// - Parameter changes: claims to replace or add; one that is nil is left out.
  package func token(
    _ changes: [String: JSONValue?] = [:], type: String? = "at+jwt"
  ) throws -> String {
    var claims: JSONObject = [
      "iss": .string(self.name), "sub": "spiffe://example.org/shop/checkout",
      "client_id": "spiffe://example.org/shop/checkout", "aud": "https://orders.example",
      "scope": "orders.read", "iat": 1_000_000, "nbf": 1_000_000, "exp": 1_000_300,
      "jti": "token-1",
    ]
    for (name, value) in changes { claims[name] = value }
    return try self.signed(claims, type: type)
  }

  /// Any claims, signed as they are.
  /// - Parameter more: members of the protected header besides `alg`, `kid` and `typ`, or in their place.
  package func signed(
    _ claims: JSONObject, type: String?, header more: [String: JSONValue] = [:]
  ) throws -> String {
    var header: JSONObject = ["alg": "ES256", "kid": .string(self.keyID)]
    header["typ"] = type.map(JSONValue.string)
    for (name, value) in more { header[name] = value }
    let input =
      Base64URL.encode(header.serialized()) + "." + Base64URL.encode(claims.serialized())
    let signature = try self.key.signature(for: Array(input.utf8)).rawRepresentation
    return input + "." + Base64URL.encode(Array(signature))
  }
}
