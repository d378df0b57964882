import Crypto
import SecretFiles

/// The Ed25519 key that signs this gateway's log, in a file that only its owner may read.
struct LogKey {
  private static let length = 32

  private let file: SecretFile

  init(_ path: String) throws {
    self.file = SecretFile(path: path, purpose: "the gateway's log key")
  }

  /// The key's 32 bytes, or `nil` when there is none yet.
  func existing() throws -> [UInt8]? { try self.file.read(length: Self.length) }

  /// The key; the first start makes one.
  func readOrMake() throws -> [UInt8] {
    if let key = try self.existing() { return key }
    let key = Array(Curve25519.Signing.PrivateKey().rawRepresentation)
    try self.file.create(key)
    return key
  }
}
