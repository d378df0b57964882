import Crypto
import Inspection
import JOSE
import OAuth
import SPIFFE
import StrictJSON

/// An issuer of access tokens whose key the tests hold.
struct TestIssuer {
  static let name = "https://issuer.example"
  let keyID: String
  let key = P256.Signing.PrivateKey()

  init(keyID: String = "key-1") {
    self.keyID = keyID
  }

  func issuerKeys() throws -> IssuerKeys {
    let jwk = JSONWebKey.from(self.key.publicKey, keyID: self.keyID)
    return IssuerKeys(
      issuer: Self.name,
      keys: [try VerificationKey(jwk, permitting: [.es256], uses: ["sig"])])
  }

  /// A token of these claims; a claim that is nil is left out.
  func token(_ changes: [String: JSONValue?] = [:], type: String = "at+jwt") throws -> String {
    var claims: JSONObject = [
      "iss": .string(Self.name), "sub": "spiffe://example.org/shop/checkout",
      "client_id": "spiffe://example.org/shop/checkout", "aud": "https://orders.example",
      "scope": "orders.read", "iat": 1_000_000, "nbf": 1_000_000, "exp": 1_000_300,
      "jti": "token-1",
    ]
    for (name, value) in changes { claims[name] = value }
    return try JWSSigning.sign(
      payload: JSONValue.object(claims).serialized(), type: type,
      signer: ES256Signer(key: self.key, keyID: self.keyID)
    ).compact
  }
}
