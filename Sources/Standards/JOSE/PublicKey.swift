import Crypto
import FoundationEssentials
import _CryptoExtras

/// A public key that is ready to verify with, parsed once.
enum PublicKey: Sendable {
  case rsa(_RSA.Signing.PublicKey)
  case p256(P256.Signing.PublicKey)
  case p384(P384.Signing.PublicKey)
  case p521(P521.Signing.PublicKey)
  case ed25519(Curve25519.Signing.PublicKey)

  /// Whether `signature`, in the form of RFC 7518 section 3 (for ES256, ES384 and ES512: R and S,
  /// each of the curve's length), is this key's signature over `message`.
  ///
  /// False too for an algorithm that the key is not made for.
  func isValid(
    _ signature: [UInt8], over message: [UInt8], algorithm: SignatureAlgorithm
  ) -> Bool {
    let input = SigningInput(message[...])
    return isValid(signature, over: input, input.sha256(), algorithm: algorithm)
  }

  /// The same, where the input's SHA-256 is known already.
  func isValid(
    _ signature: [UInt8], over message: SigningInput, _ digest: SHA256Digest,
    algorithm: SignatureAlgorithm
  ) -> Bool {
    switch (self, algorithm) {
    case (.rsa(let key), .rs256), (.rsa(let key), .ps256):
      return key.isValid(signature, over: digest, algorithm.rsaPadding)
    case (.rsa(let key), .rs384), (.rsa(let key), .ps384):
      return key.isValid(signature, over: SHA384.hash(data: message.bytes), algorithm.rsaPadding)
    case (.rsa(let key), .rs512), (.rsa(let key), .ps512):
      return key.isValid(signature, over: SHA512.hash(data: message.bytes), algorithm.rsaPadding)
    case (.p256(let key), .es256):
      guard signature.count == 64,
        let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(parsed, for: digest)
    case (.p384(let key), .es384):
      guard signature.count == 96,
        let parsed = try? P384.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(parsed, for: SHA384.hash(data: message.bytes))
    case (.p521(let key), .es512):
      guard signature.count == 132,
        let parsed = try? P521.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(parsed, for: SHA512.hash(data: message.bytes))
    case (.ed25519(let key), .edDSA):
      return signature.count == 64 && key.isValidSignature(signature, for: message.bytes)
    default:
      return false
    }
  }
}

extension SignatureAlgorithm {
  /// PSS salts are as long as the digest (RFC 7518 section 3.5), which is what `PSS` means here.
  fileprivate var rsaPadding: _RSA.Signing.Padding {
    switch self {
    case .ps256, .ps384, .ps512: .PSS
    default: .insecurePKCS1v1_5
    }
  }
}

extension _RSA.Signing.PublicKey {
  fileprivate func isValid(
    _ signature: [UInt8], over digest: some Digest, _ padding: _RSA.Signing.Padding
  ) -> Bool {
    guard signature.count == (keySizeInBits + 7) / 8 else { return false }
    return isValidSignature(
      _RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: padding)
  }
}
