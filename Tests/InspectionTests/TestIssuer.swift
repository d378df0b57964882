import Crypto
import FoundationEssentials
import Inspection
import JOSE
import OAuth
import SPIFFE
import StrictJSON

/// An issuer of access tokens whose key the tests hold.
struct TestIssuer {
  static let name = "https://issuer.example"
  let name: String
  let keyID: String
  let key = P256.Signing.PrivateKey()

  init(keyID: String = "key-1", name: String = TestIssuer.name) {
    self.name = name
    self.keyID = keyID
  }

  func issuerKeys() throws -> IssuerKeys {
    let jwk = JSONWebKey.from(self.key.publicKey, keyID: self.keyID)
    return IssuerKeys(
      issuer: self.name,
      keys: [try VerificationKey(jwk, permitting: [.es256], uses: ["sig"])])
  }

  /// A token of these claims; a claim that is nil is left out.
  func token(_ changes: [String: JSONValue?] = [:], type: String? = "at+jwt") throws -> String {
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
  func signed(
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
