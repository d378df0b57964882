import ControlPlane
import Crypto

/// Seals keys with AES-256-GCM under one key-encryption key, which a file of mode 0600 holds.
///
/// Sealed bytes are `nonce (12) ‖ ciphertext ‖ tag (16)`; the context is the additional data, so that
/// one key's bytes cannot be put in the place of another's.
package struct KeyEncryptionKey: KeyCustodian {
  private let key: SymmetricKey

  /// - Parameter bytes: 32 bytes; anything else is `nil`.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.key = SymmetricKey(data: bytes)
  }

  package func seal(_ secret: [UInt8], context: String) throws -> [UInt8] {
    let box = try AES.GCM.seal(secret, using: self.key, authenticating: Array(context.utf8))
    guard let combined = box.combined else {
      throw KeyCustodyError(description: "a key could not be sealed")
    }
    return Array(combined)
  }

  package func open(_ sealed: [UInt8], context: String) throws -> [UInt8] {
    do {
      let box = try AES.GCM.SealedBox(combined: sealed)
      return Array(try AES.GCM.open(box, using: self.key, authenticating: Array(context.utf8)))
    } catch {
      throw KeyCustodyError(
        description:
          "a stored key (\(context)) does not open with this key-encryption key: put the key file "
          + "that belongs to this state back, or start with an empty state folder")
    }
  }
}

/// Keys cannot be used as they are, and what to do.
package struct KeyCustodyError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(description: String) {
    self.description = description
  }
}
