import Crypto
public import JOSE

/// A SHA-256 thumbprint in base64url: of a JWK (RFC 7638), or of a certificate (RFC 8705 section
/// 3.1). The coding is strict, so equal texts and equal hashes are the same thing.
public struct Thumbprint: Hashable, Sendable, CustomStringConvertible {
  /// 43 characters of base64url.
  public let description: String

  /// - Returns: `nil` unless the text is base64url of exactly 32 bytes.
  public init?(_ text: String) {
    guard text.utf8.count == 43, let bytes = try? Base64URL.decode(text), bytes.count == 32 else {
      return nil
    }
    self.description = text
  }

  /// The thumbprint of a public key, the same for every JWK of it.
  public init(of key: JSONWebKey) {
    self.description = key.thumbprint()
  }

  /// The thumbprint of a certificate in DER.
  public init(certificate der: [UInt8]) {
    self.description = Base64URL.encode(Array(SHA256.hash(data: der)))
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.description.utf8.elementsEqual(right.description.utf8)
  }
}
