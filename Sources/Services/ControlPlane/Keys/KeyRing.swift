import Crypto
import Distribution
import JOSE
import StrictJSON
import Synchronization

/// The private signing keys that this server has opened, in memory only.
final class KeyRing: Sendable {
  private let signers = Mutex<[String: ES256Signer]>([:])
  /// Keys that the records held once: one that is made is open before they do.
  private let known = Mutex<Set<String>>([])
  private let custodian: any KeyCustodian

  init(custodian: any KeyCustodian) {
    self.custodian = custodian
  }

  /// The signer of the set's active key.
  /// - Throws: `AdministrationError` when no key of the set is active or its private half is not
  ///   readable here.
  func activeSigner(_ set: SigningKeyRecord.KeySet, in world: World) throws -> ES256Signer {
    guard
      let active = world.signingKeys.first(where: {
        $0.value.set == set && $0.value.phase == ScheduledPhase.active
      }), let signer = self.signers.withLock({ $0[active.key] })
    else {
      throw AdministrationError(.unavailable, "no signing key of set \(set.rawValue) is active")
    }
    return signer
  }

  /// Makes a key pair; the private half comes back sealed and stays here opened.
  func create(keyID: String, set: SigningKeyRecord.KeySet) throws -> NewSigningKey {
    let key = P256.Signing.PrivateKey(compactRepresentable: false)
    let sealed = try self.custodian.seal(
      Array(key.rawRepresentation), context: Self.context(keyID, set))
    self.signers.withLock { $0[keyID] = ES256Signer(key: key, keyID: keyID) }
    let use = set == .accessToken ? "sig" : "jwt-svid"
    return NewSigningKey(
      jwk: JSONWebKey.from(key.publicKey, keyID: keyID, algorithm: .es256, use: use).json,
      sealed: SealedKeyRecord(sealed: Base64URL.encode(sealed)).bytes)
  }

  /// Opens the sealed keys of a world that are not open yet, and forgets those that are gone.
  func open(_ image: RecordImage, world: World) throws {
    for (keyID, record) in world.signingKeys
    where self.signers.withLock({ $0[keyID] == nil }) && record.phase != ScheduledPhase.revoked {
      guard let stored = image[RecordForm.sealedKey, keyID] else { continue }
      let sealed = try Base64URL.decode(SealedKeyRecord(bytes: stored.value).sealed)
      let raw = try self.custodian.open(sealed, context: Self.context(keyID, record.set))
      let key = try P256.Signing.PrivateKey(rawRepresentation: raw)
      self.signers.withLock { $0[keyID] = ES256Signer(key: key, keyID: keyID) }
    }
    let live = Set(world.signingKeys.filter { $0.value.phase != ScheduledPhase.revoked }.keys)
    let gone = self.known.withLock { known in
      known.formUnion(world.signingKeys.keys)
      return known.subtracting(live)
    }
    self.signers.withLock { signers in
      for keyID in gone { signers[keyID] = nil }
    }
  }

  private static func context(_ keyID: String, _ set: SigningKeyRecord.KeySet) -> String {
    "signing-key/\(set.rawValue)/\(keyID)"
  }
}

/// The names of `ScheduledKey.Phase` as records hold them.
enum ScheduledPhase {
  static let active = "active"
  static let revoked = "revoked"
}

/// A fresh key: its public JWK, and the record of its sealed private half.
struct NewSigningKey: Sendable {
  let jwk: JSONObject
  let sealed: [UInt8]
}

/// A private key as records hold it: base64url of bytes that only the key custodian opens.
struct SealedKeyRecord: Sendable {
  let sealed: String

  init(sealed: String) {
    self.sealed = sealed
  }

  init(bytes: [UInt8]) throws(UnreadableRecord) {
    self.sealed = try RecordReader(bytes).string("sealed")
  }

  var bytes: [UInt8] {
    JSONValue.object(["sealed": .string(self.sealed)]).serialized()
  }
}
