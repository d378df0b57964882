public import Crypto
import FoundationEssentials

/// A private key that signs, wherever it is kept.
public protocol JWSSigner: Sendable {
  /// The algorithm that the header will name.
  var algorithm: SignatureAlgorithm { get }
  /// The `kid` that the header will name.
  var keyID: String { get }
  /// The signature over these bytes, unhashed as they are given here, in the form of RFC 7518
  /// section 3: for ES256 R and S, 32 bytes each.
  func signature(for signingInput: [UInt8]) throws -> [UInt8]
}

/// Signs ES256 (RFC 7518 section 3.4) with a key in memory.
public struct ES256Signer: JWSSigner {
  public let keyID: String
  public var algorithm: SignatureAlgorithm { .es256 }

  private let key: P256.Signing.PrivateKey

  public init(key: P256.Signing.PrivateKey, keyID: String) {
    self.key = key
    self.keyID = keyID
  }

  public func signature(for signingInput: [UInt8]) throws -> [UInt8] {
    Array(try key.signature(for: SHA256.hash(data: signingInput)).rawRepresentation)
  }
}
