import Crypto
package import SecretFiles

extension KeyEncryptionKey {
  /// Reads the key file, or makes one at the first start.
  ///
  /// - Parameter isFirstStart: whether nothing has been sealed yet. Later a missing file is an
  ///   error: a new key would open nothing that the old one sealed.
  /// - Throws: `SecretFileError`, which says what to do.
  package static func open(
    file: SecretFile, isFirstStart: Bool
  ) throws(SecretFileError) -> KeyEncryptionKey {
    if let bytes = try file.read(length: 32) {
      return try Self.key(bytes, file)
    }
    guard isFirstStart else {
      throw SecretFileError(
        description:
          "\(file.purpose) \(file.path) is missing, and this state holds keys that only it opens: "
          + "put it back, or start with an empty state folder")
    }
    let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    try file.create(bytes)
    return try Self.key(bytes, file)
  }

  private static func key(
    _ bytes: [UInt8], _ file: SecretFile
  ) throws(SecretFileError) -> KeyEncryptionKey {
    guard let key = KeyEncryptionKey(bytes: bytes) else {
      throw SecretFileError(description: "\(file.purpose) \(file.path) is not 32 bytes long")
    }
    return key
  }
}
