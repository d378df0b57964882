import Crypto
import FoundationEssentials
import StrictJSON
import _CryptoExtras

extension PublicKey {
  /// The key and its kind from the public members of a JWK (RFC 7518 section 6, RFC 8037
  /// section 2), checked to be one that may be trusted.
  static func parse(
    _ members: JSONObject
  ) throws(JOSEError) -> (key: PublicKey, kind: JSONWebKey.Kind) {
    switch try members.requiredString("kty", in: "key") {
    case "RSA": return (try rsa(members), .rsa)
    case "EC": return try ellipticCurve(members)
    case "OKP": return try octetKeyPair(members)
    case "oct": throw JOSEError(.privateKey, "a symmetric key is not a public key")
    default: throw JOSEError(.unsupported, "the key's 'kty' is not supported")
    }
  }

  private static func octetKeyPair(
    _ members: JSONObject
  ) throws(JOSEError) -> (key: PublicKey, kind: JSONWebKey.Kind) {
    guard try members.requiredString("crv", in: "key") == "Ed25519" else {
      throw JOSEError(.unsupported, "the key's 'crv' is not supported; Ed25519 is")
    }
    let x = try octets("x", of: members, count: 32)
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: x) else {
      throw JOSEError(.weakKey, "the key is not a point on its curve")
    }
    return (.ed25519(key), .okp(.ed25519))
  }

  private static func ellipticCurve(
    _ members: JSONObject
  ) throws(JOSEError) -> (key: PublicKey, kind: JSONWebKey.Kind) {
    let name = try members.requiredString("crv", in: "key")
    guard let curve = JSONWebKey.EllipticCurve(rawValue: name) else {
      throw JOSEError(.unsupported, "the key's 'crv' is not supported; P-256, P-384, P-521 are")
    }
    let x = try octets("x", of: members, count: curve.coordinateLength)
    let y = try octets("y", of: members, count: curve.coordinateLength)
    guard let key = try? point(x + y, on: curve) else {
      throw JOSEError(.weakKey, "the key is not a point on its curve")
    }
    return (key, .ec(curve))
  }

  private static func point(
    _ coordinates: [UInt8], on curve: JSONWebKey.EllipticCurve
  ) throws -> PublicKey {
    switch curve {
    case .p256: .p256(try P256.Signing.PublicKey(rawRepresentation: coordinates))
    case .p384: .p384(try P384.Signing.PublicKey(rawRepresentation: coordinates))
    case .p521: .p521(try P521.Signing.PublicKey(rawRepresentation: coordinates))
    }
  }

  private static func rsa(_ members: JSONObject) throws(JOSEError) -> PublicKey {
    let parameters = try RSAParameters(
      modulus: octets("n", of: members), exponent: octets("e", of: members))
    guard
      let key = try? _RSA.Signing.PublicKey(n: parameters.modulus, e: parameters.exponent)
    else {
      throw JOSEError(.weakKey, "the key is not an acceptable RSA key")
    }
    return .rsa(key)
  }

  private static func octets(
    _ name: String, of members: JSONObject, count: Int? = nil
  ) throws(JOSEError) -> [UInt8] {
    let text = try members.requiredString(name, in: "key")
    // The longest allowed member is a modulus of 8192 bits.
    guard text.utf8.count <= 1_400 else {
      throw JOSEError(.weakKey, "'\(name)' in the key is longer than any supported key")
    }
    let bytes = try Base64URL.decode(text)
    guard count == nil || bytes.count == count else {
      throw JOSEError(.malformed, "'\(name)' in the key must have its curve's length")
    }
    return bytes
  }
}
