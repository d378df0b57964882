public import Crypto
public import StrictJSON

/// A public key as a JSON Web Key (RFC 7517), of a kind that signatures can be verified with.
///
/// A value of this type is sound: its members have the right form, its point lies on its curve, its
/// modulus is neither short nor of a broken generator. It never holds private members.
public struct JSONWebKey: Sendable {
  /// What the key is, by its `kty` and `crv`.
  public enum Kind: Sendable, Hashable {
    /// 2048 to 8192 bits.
    case rsa
    case ec(EllipticCurve)
    case okp(EdwardsCurve)
  }

  /// The curves of RFC 7518 section 6.2.1.1, by their `crv`.
  public enum EllipticCurve: String, Sendable, Hashable, CaseIterable {
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"

    /// The length of a coordinate, in bytes.
    var coordinateLength: Int {
      switch self {
      case .p256: 32
      case .p384: 48
      case .p521: 66
      }
    }
  }

  /// The supported curve of RFC 8037 section 2, by its `crv`.
  public enum EdwardsCurve: String, Sendable, Hashable, CaseIterable {
    case ed25519 = "Ed25519"
  }

  /// The members as they were given, unknown ones included; none of them is private.
  public let parameters: JSONObject
  /// What the key is.
  public let kind: Kind
  /// The `kid` member.
  public let keyID: String?
  /// The `alg` member as written, whether or not it is supported.
  public let algorithm: String?
  /// The `use` member as written.
  public let use: String?
  /// The `key_ops` member as written.
  public let keyOperations: [String]?

  let publicKey: PublicKey

  /// The key as a JSON object of public members.
  public var json: JSONObject { parameters }

  /// Members that hold secrets, in any kind of key.
  private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

  /// Parses a public key.
  ///
  /// - Throws: `privateKey` if the object has private members; `weakKey` for an RSA modulus outside
  ///   2048 to 8192 bits or of a broken generator, an exponent that is even or 1, or a point that
  ///   is not on its curve; `unsupported` for other types and curves; `malformed`.
  public init(_ object: JSONObject) throws(JOSEError) {
    for name in Self.privateMembers where object[name] != nil {
      throw JOSEError(.privateKey, "the key has private members where a public key is expected")
    }
    try self.init(publicMembers: object)
  }

  /// Parses a private key and keeps its public part only.
  ///
  /// - Throws: as `init(_:)`, but private members are dropped; a symmetric key is still refused.
  public init(discardingPrivateMembersOf object: JSONObject) throws(JOSEError) {
    var members = object
    for name in Self.privateMembers { members[name] = nil }
    try self.init(publicMembers: members)
  }

  private init(publicMembers members: JSONObject) throws(JOSEError) {
    (publicKey, kind) = try PublicKey.parse(members)
    keyID = try members.optionalString("kid", in: "key")
    algorithm = try members.optionalString("alg", in: "key")
    use = try members.optionalString("use", in: "key")
    keyOperations = try Self.operations(members["key_ops"])
    parameters = members
  }

  private static func operations(_ value: JSONValue?) throws(JOSEError) -> [String]? {
    guard let value else { return nil }
    guard let elements = value.arrayValue else {
      throw JOSEError(.malformed, "'key_ops' in the key must be an array of strings")
    }
    let names = elements.compactMap(\.stringValue)
    guard names.count == elements.count, Set(names).count == names.count else {
      throw JOSEError(.malformed, "'key_ops' in the key must be an array of different strings")
    }
    return names
  }

  /// The JWK of a P-256 key.
  public static func from(
    _ key: P256.Signing.PublicKey, keyID: String?, algorithm: SignatureAlgorithm? = .es256,
    use: String? = "sig"
  ) -> JSONWebKey {
    JSONWebKey(key, keyID: keyID, algorithm: algorithm, use: use)
  }

  private init(
    _ key: P256.Signing.PublicKey, keyID: String?, algorithm: SignatureAlgorithm?, use: String?
  ) {
    let coordinates = Array(key.rawRepresentation)
    var members = JSONObject()
    members["kty"] = "EC"
    members["crv"] = .string(EllipticCurve.p256.rawValue)
    members["x"] = .string(Base64URL.encode(Array(coordinates.prefix(32))))
    members["y"] = .string(Base64URL.encode(Array(coordinates.suffix(32))))
    members["kid"] = keyID.map(JSONValue.string)
    members["alg"] = algorithm.map { .string($0.rawValue) }
    members["use"] = use.map(JSONValue.string)
    self.parameters = members
    self.kind = .ec(.p256)
    self.keyID = keyID
    self.algorithm = algorithm?.rawValue
    self.use = use
    self.keyOperations = nil
    self.publicKey = .p256(key)
  }

  /// The thumbprint of RFC 7638 with SHA-256, in base64url: the same for every JWK of one key.
  public func thumbprint() -> String {
    let names =
      switch kind {
      case .rsa: ["e", "kty", "n"]
      case .ec: ["crv", "kty", "x", "y"]
      case .okp: ["crv", "kty", "x"]
      }
    var members = JSONObject()
    for name in names { members[name] = parameters[name] }
    return Base64URL.encode(Array(SHA256.hash(data: members.canonical())))
  }
}

extension JSONWebKey: Hashable {
  public static func == (left: JSONWebKey, right: JSONWebKey) -> Bool {
    left.parameters == right.parameters
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(parameters) }
}
