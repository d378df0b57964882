import Crypto
import FoundationEssentials
import JOSE
import StrictJSON
import SwiftASN1
import X509

extension Certificate.PublicKey {
  /// The members of a JWK that hold this key (RFC 7518 section 6, RFC 8037 section 2).
  /// - Throws: ``InvalidTrustBundle`` if the key is of a type without such a form.
  func jsonWebKeyMembers() throws -> JSONObject {
    if let key = P256.Signing.PublicKey(self) {
      return Self.ellipticCurve("P-256", key.rawRepresentation)
    }
    if let key = P384.Signing.PublicKey(self) {
      return Self.ellipticCurve("P-384", key.rawRepresentation)
    }
    if let key = P521.Signing.PublicKey(self) {
      return Self.ellipticCurve("P-521", key.rawRepresentation)
    }
    if let key = Curve25519.Signing.PublicKey(self) {
      return [
        "kty": "OKP", "crv": "Ed25519",
        "x": .string(Base64URL.encode(Array(key.rawRepresentation))),
      ]
    }
    return try Self.rsa(Array(self.subjectPublicKeyInfoBytes))
  }

  /// - Parameter coordinates: both coordinates, of equal length, one after the other.
  private static func ellipticCurve(_ name: String, _ coordinates: Data) -> JSONObject {
    let length = coordinates.count / 2
    return [
      "kty": "EC", "crv": .string(name),
      "x": .string(Base64URL.encode(Array(coordinates.prefix(length)))),
      "y": .string(Base64URL.encode(Array(coordinates.suffix(length)))),
    ]
  }

  /// - Parameter der: an RSAPublicKey (RFC 8017 appendix A.1.1).
  private static func rsa(_ der: [UInt8]) throws -> JSONObject {
    let (modulus, exponent) = try DER.sequence(DER.parse(der), identifier: .sequence) { nodes in
      (
        try ArraySlice<UInt8>(derEncoded: &nodes), try ArraySlice<UInt8>(derEncoded: &nodes)
      )
    }
    return [
      "kty": "RSA",
      "n": .string(Base64URL.encode(Array(modulus.drop { $0 == 0 }))),
      "e": .string(Base64URL.encode(Array(exponent.drop { $0 == 0 }))),
    ]
  }
}
