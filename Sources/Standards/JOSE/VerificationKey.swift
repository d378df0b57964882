import Crypto

/// A public key together with the algorithms that it may verify. The key fixes them; the token
/// only names one of them (RFC 8725 sections 3.1 and 3.2).
public struct VerificationKey: Sendable {
  /// The key's `kid`.
  public let keyID: String?
  /// What a header may name: never empty.
  public let algorithms: Set<SignatureAlgorithm>

  /// A number that two keys share only if they have the same id, material and algorithms: 64 bits of
  /// SHA-256. What was verified with a key can be told by it from what would be verified now.
  public let epoch: UInt64

  private let publicKey: PublicKey

  /// The values of `use` that mean verifying signatures: `sig` of RFC 7517, `jwt-svid` of SPIFFE.
  public static let signatureUses: Set<String> = ["sig", "jwt-svid"]

  /// Fixes what a key may verify: the algorithm in the JWK's own `alg`, or where it has none, those
  /// of `permitting` that the key's type and curve can do.
  ///
  /// - Parameters:
  ///   - permitting: the algorithms that the key's issuer is configured with.
  ///   - uses: the values of `use` that are accepted; a key without `use` always is.
  /// - Throws: `keyMismatch` if the key's `use` or `key_ops` exclude verifying; `unsupported` or
  ///   `algorithmNotAllowed` if no algorithm is left.
  public init(
    _ jwk: JSONWebKey, permitting: Set<SignatureAlgorithm>,
    uses: Set<String> = VerificationKey.signatureUses
  ) throws(JOSEError) {
    if let use = jwk.use, !uses.contains(use) {
      throw JOSEError(.keyMismatch, "the key's 'use' does not allow verifying signatures")
    }
    if let operations = jwk.keyOperations, !operations.contains("verify") {
      throw JOSEError(.keyMismatch, "the key's 'key_ops' do not allow verifying signatures")
    }
    algorithms = try Self.algorithms(of: jwk, permitting: permitting)
    keyID = jwk.keyID
    publicKey = jwk.publicKey
    epoch = Self.epoch(of: jwk, algorithms)
  }

  private static func epoch(
    of jwk: JSONWebKey, _ algorithms: Set<SignatureAlgorithm>
  ) -> UInt64 {
    // No name of an algorithm and no thumbprint holds a line break.
    let names = algorithms.map(\.rawValue).sorted().joined(separator: "\n")
    let text = "\(jwk.thumbprint())\n\(names)\n\(jwk.keyID ?? "")"
    return SHA256.hash(data: Array(text.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func algorithms(
    of jwk: JSONWebKey, permitting: Set<SignatureAlgorithm>
  ) throws(JOSEError) -> Set<SignatureAlgorithm> {
    guard let name = jwk.algorithm else {
      let algorithms = permitting.filter { $0.fits(jwk.kind) }
      guard !algorithms.isEmpty else {
        throw JOSEError(.algorithmNotAllowed, "no permitted algorithm fits the key")
      }
      return algorithms
    }
    guard let algorithm = SignatureAlgorithm(rawValue: name) else {
      throw JOSEError(.unsupported, "the key's 'alg' is not a supported signature algorithm")
    }
    guard algorithm.fits(jwk.kind) else {
      throw JOSEError(.algorithmNotAllowed, "the key's 'alg' does not fit its type and curve")
    }
    return [algorithm]
  }

  /// Whether `signature` is this key's over the input, with an algorithm that the key is for.
  func isValid(
    _ signature: [UInt8], over input: SigningInput, _ digest: SHA256Digest,
    algorithm: SignatureAlgorithm
  ) -> Bool {
    algorithms.contains(algorithm)
      && publicKey.isValid(signature, over: input, digest, algorithm: algorithm)
  }
}
