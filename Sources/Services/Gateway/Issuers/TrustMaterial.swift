package import JOSE
package import SPIFFE
import StrictJSON

/// Keys that credentials are verified with, as their owner published them.
package enum TrustMaterial: Hashable, Sendable {
  /// Those of an issuer of access tokens.
  case keys([JSONWebKey])
  /// Those of a trust domain.
  case bundle(TrustBundle)

  /// Reads a JSON Web Key Set. A key that cannot be used is left out, and not the set with it.
  ///
  /// - Parameter algorithms: what the issuer may sign with; a key for none of them is of no use.
  package static func keySet(
    _ bytes: [UInt8], permitting algorithms: Set<SignatureAlgorithm>
  ) throws -> (material: TrustMaterial, notes: [String]) {
    let set = try JSONWebKeySet(parsing: bytes, limits: .init(maximumBytes: Self.maximumBytes))
    var notes = set.skipped.map(\.description)
    var keys: [JSONWebKey] = []
    for (position, key) in set.keys.enumerated() {
      guard key.keyID?.isEmpty == false else {
        notes.append("key \(position) of the usable ones: it has no 'kid'")
        continue
      }
      do {
        _ = try VerificationKey(key, permitting: algorithms, uses: ["sig"])
        keys.append(key)
      } catch {
        notes.append("key \(position) of the usable ones: \(error)")
      }
    }
    return (.keys(keys), notes)
  }

  package static func bundle(
    _ bytes: [UInt8], of trustDomain: TrustDomain
  ) throws -> TrustMaterial {
    .bundle(try TrustBundle(trustDomain: trustDomain, parsing: bytes))
  }

  /// Public ids, for people: at most as many as anybody reads.
  package var keyIDs: [String] {
    switch self {
    case .keys(let keys): keys.prefix(32).map { Self.shown($0.keyID) }
    case .bundle(let bundle): bundle.jwt.keys.prefix(32).map { Self.shown($0.keyID) }
    }
  }

  /// Somebody else chose it: short, and of plain characters.
  private static func shown(_ keyID: String?) -> String {
    String(
      (keyID ?? "").unicodeScalars.prefix(64).map { scalar -> Character in
        (0x21...0x7E).contains(scalar.value) ? Character(scalar) : "?"
      })
  }

  /// The largest document that is read, in bytes.
  package static let maximumBytes = 1 << 20
}
