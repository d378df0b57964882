public import JOSE
import StrictJSON

/// The keys of one trust domain for JWT-SVIDs. An empty bundle trusts nothing.
public struct JWTBundle: Sendable {
  /// The value of `use` that marks a key for JWT-SVIDs.
  public static let use = "jwt-svid"

  /// The algorithms that JWT-SVIDs may have (JWT-SVID section 2.1). EdDSA is not among them.
  public static let algorithms: Set<SignatureAlgorithm> = [
    .rs256, .rs384, .rs512, .es256, .es384, .es512, .ps256, .ps384, .ps512,
  ]

  public let trustDomain: TrustDomain
  /// The keys in the order given.
  public let keys: [JSONWebKey]
  /// A number that changes whenever a key comes, goes or changes.
  public let epoch: UInt64
  private let verificationKeys: [String: VerificationKey]

  /// - Parameter keys: keys with `use=jwt-svid` and a `kid` of their own.
  /// - Throws: ``InvalidTrustBundle`` if one of them has not, or cannot verify any of the algorithms.
  public init(trustDomain: TrustDomain, keys: [JSONWebKey]) throws(InvalidTrustBundle) {
    var verificationKeys: [String: VerificationKey] = [:]
    for key in keys {
      guard key.use == Self.use else { throw InvalidTrustBundle(.keyUse) }
      guard let keyID = key.keyID, !keyID.isEmpty else { throw InvalidTrustBundle(.keyID) }
      let verificationKey = try Self.verificationKey(key)
      guard verificationKeys.updateValue(verificationKey, forKey: keyID) == nil else {
        throw InvalidTrustBundle(.repeatedKeyID)
      }
    }
    self.trustDomain = trustDomain
    self.keys = keys
    self.verificationKeys = verificationKeys
    // Ids differ, so no two of these are the same number and cancel each other out.
    self.epoch = verificationKeys.values.reduce(0) { $0 ^ $1.epoch }
  }

  /// Reads the JWK Set that the Workload API hands over. It follows the rules of a bundle document;
  /// keys with another use are left out.
  public init(
    trustDomain: TrustDomain, parsingJWKSet bytes: [UInt8]
  ) throws(InvalidTrustBundle) {
    self = try TrustBundle(trustDomain: trustDomain, parsing: bytes).jwt
  }

  /// The keys as a JWK Set: the form in which the Workload API hands them over.
  public func serializedJWKSet() -> [UInt8] { JSONWebKeySet(keys: self.keys).serialized() }

  /// The keys as a JWK Set for relying parties that know OpenID Connect only: with `use=sig`, since
  /// many refuse a use that RFC 7517 does not register.
  public func serializedOpenIDKeySet() -> [UInt8] {
    let keys = self.keys.map { key in
      var members = key.json
      members["use"] = "sig"
      return JSONValue.object(members)
    }
    let set: JSONObject = ["keys": .array(keys)]
    return set.serialized()
  }

  /// The key that a token's header names.
  func key(id: String) -> VerificationKey? { self.verificationKeys[id] }

  private static func verificationKey(
    _ key: JSONWebKey
  ) throws(InvalidTrustBundle) -> VerificationKey {
    do {
      let verificationKey = try VerificationKey(key, permitting: self.algorithms, uses: [self.use])
      guard verificationKey.algorithms.isSubset(of: self.algorithms) else {
        throw InvalidTrustBundle(.unusableKey)
      }
      return verificationKey
    } catch {
      throw InvalidTrustBundle(.unusableKey)
    }
  }
}

extension JWTBundle: Hashable {
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.trustDomain == rhs.trustDomain && lhs.keys == rhs.keys
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(self.trustDomain)
    hasher.combine(self.keys)
  }
}
