public import StrictJSON

/// A set of public keys for verifying signatures (RFC 7517 section 5).
///
/// Keys that cannot be used are left out and reported: unsupported, malformed and weak keys,
/// private and symmetric ones, keys for encryption, and all of several keys that share a `kid`,
/// because then the `kid` names none of them. One bad key never takes the others away.
public struct JSONWebKeySet: Sendable, Hashable {
  /// A member of `keys` that was left out.
  public struct SkippedKey: Sendable, Hashable, CustomStringConvertible {
    /// The zero-based place in the `keys` array.
    public let position: Int
    /// Its `kid`, where it could be read.
    public let keyID: String?
    /// Why it cannot be used.
    public let reason: JOSEError

    public var description: String { "key \(position): \(reason)" }
  }

  /// The usable keys, in their order.
  public let keys: [JSONWebKey]
  /// What was left out.
  public let skipped: [SkippedKey]

  /// Parses a JWK Set; members besides `keys` are ignored.
  ///
  /// - Throws: `malformed` or `tooLarge` if the document is no JSON object with an array `keys`.
  public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JOSEError) {
    try self.init(JSONMembers(parsing: bytes, limits: limits, named: "key set").object)
  }

  /// Reads a JWK Set from a JSON object; see `init(parsing:limits:)`.
  public init(_ object: JSONObject) throws(JOSEError) {
    guard let elements = object["keys"]?.arrayValue else {
      throw JOSEError(.malformed, "the key set must have an array 'keys'")
    }
    var found: [(position: Int, key: JSONWebKey)] = []
    var skipped: [SkippedKey] = []
    for (position, element) in elements.enumerated() {
      do {
        found.append((position, try Self.key(element)))
      } catch {
        let keyID = element.objectValue?["kid"]?.stringValue
        skipped.append(SkippedKey(position: position, keyID: keyID, reason: error))
      }
    }
    let uses = Self.countKeyIDs(found.map(\.key))
    for (position, key) in found {
      guard let keyID = key.keyID, uses[keyID, default: 0] > 1 else { continue }
      let reason = JOSEError(.keyMismatch, "several keys of the set share this 'kid'")
      skipped.append(SkippedKey(position: position, keyID: keyID, reason: reason))
    }
    self.keys = found.map(\.key).filter { $0.keyID.map { uses[$0, default: 0] == 1 } ?? true }
    self.skipped = skipped.sorted { $0.position < $1.position }
  }

  /// A set of these keys, as they are.
  public init(keys: [JSONWebKey]) {
    self.keys = keys
    self.skipped = []
  }

  private static func key(_ element: JSONValue) throws(JOSEError) -> JSONWebKey {
    guard let object = element.objectValue else {
      throw JOSEError(.malformed, "a key must be a JSON object")
    }
    let key = try JSONWebKey(object)
    guard key.use != "enc" else {
      throw JOSEError(.keyMismatch, "the key is for encryption")
    }
    return key
  }

  private static func countKeyIDs(_ keys: [JSONWebKey]) -> [String: Int] {
    var counts: [String: Int] = [:]
    for case let keyID? in keys.lazy.map(\.keyID) { counts[keyID, default: 0] += 1 }
    return counts
  }

  /// The key with exactly this `kid`.
  public func key(id: String) -> JSONWebKey? {
    keys.first { $0.keyID.map { sameText($0, id) } ?? false }
  }

  /// The set as a JSON object, without what was skipped.
  public var json: JSONObject {
    ["keys": .array(keys.map { .object($0.json) })]
  }

  /// The set as compact JSON, without what was skipped.
  public func serialized() -> [UInt8] { json.serialized() }
}

/// Equality of code points; `==` on strings holds for canonically equivalent ones too.
func sameText(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}
