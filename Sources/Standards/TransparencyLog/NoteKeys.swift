public import Crypto

/// The public key that checks a log's signatures, with the name and the key ID that go with it
/// (C2SP signed-note; only Ed25519, signature type 0x01).
public struct NoteVerifierKey: Hashable, Sendable, CustomStringConvertible {
  private static let ed25519: UInt8 = 0x01

  /// The name in the signature line; for logs, the origin.
  public let name: String
  /// The first four bytes of SHA-256(name || 0x0A || 0x01 || public key), big-endian.
  public let keyID: UInt32
  /// The 32 bytes of the Ed25519 public key.
  public let publicKey: [UInt8]

  /// The key with this name and these 32 bytes.
  public init(name: String, publicKey: [UInt8]) throws(TransparencyLogError) {
    guard NoteName.isValid(name.unicodeScalars) else {
      throw TransparencyLogError(
        .malformedKey, "a key name is not empty and has no spaces, plus signs or control characters"
      )
    }
    guard publicKey.count == 32,
      (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil
    else {
      throw TransparencyLogError(.malformedKey, "an Ed25519 public key has 32 bytes")
    }
    self.name = name
    self.publicKey = publicKey
    keyID = Self.keyID(name: name, publicKey: publicKey)
  }

  /// Parses `<name>+<key ID in 8 lower-case hex digits>+<base64 of the type and the key>`.
  public init(text: String) throws(TransparencyLogError) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let typed = Base64.decode(Array(parts[2].utf8)) else {
      throw TransparencyLogError(.malformedKey, "a verifier key is <name>+<key ID>+<base64>")
    }
    guard typed.first == Self.ed25519, typed.count == 33 else {
      throw TransparencyLogError(.malformedKey, "only Ed25519 verifier keys are supported")
    }
    try self.init(name: String(parts[0]), publicKey: Array(typed.dropFirst()))
    guard Array(hexKeyID.utf8) == Array(parts[1].utf8) else {
      throw TransparencyLogError(.malformedKey, "the key ID does not belong to the key")
    }
  }

  /// The text that `init(text:)` reads.
  public var text: String { "\(name)+\(hexKeyID)+\(Base64.encode([Self.ed25519] + publicKey))" }

  public var description: String { text }

  private var hexKeyID: String {
    let digits = String(keyID, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
  }

  private static func keyID(name: String, publicKey: [UInt8]) -> UInt32 {
    let input = Array(name.utf8) + [0x0A, ed25519] + publicKey
    return SHA256.hash(data: input).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  func isSignature(_ signature: [UInt8], of text: [UInt8]) -> Bool {
    guard signature.count == 64,
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
    else { return false }
    return key.isValidSignature(signature, for: text)
  }
}

/// A key that signs notes. Its description never shows the private part.
public struct NoteSigner: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  /// What checks this signer's signatures.
  public let verifierKey: NoteVerifierKey
  private let privateKey: Curve25519.Signing.PrivateKey

  public init(
    name: String, privateKey: Curve25519.Signing.PrivateKey
  ) throws(TransparencyLogError) {
    verifierKey = try NoteVerifierKey(
      name: name, publicKey: Array(privateKey.publicKey.rawRepresentation))
    self.privateKey = privateKey
  }

  /// The signer with this Ed25519 private key (seed), 32 bytes.
  public init(name: String, rawPrivateKey: [UInt8]) throws(TransparencyLogError) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: rawPrivateKey) else {
      throw TransparencyLogError(.malformedKey, "an Ed25519 private key has 32 bytes")
    }
    try self.init(name: name, privateKey: key)
  }

  /// The signature line content for a note's text.
  public func signature(of text: [UInt8]) throws -> NoteSignature {
    NoteSignature(
      name: verifierKey.name, keyID: verifierKey.keyID,
      signature: Array(try privateKey.signature(for: text)))
  }

  public var description: String { "signer of \(verifierKey.name)" }
  public var debugDescription: String { description }
}

/// The rule for key names: not empty, no Unicode spaces, no plus, no control characters.
enum NoteName {
  static func isValid(_ scalars: String.UnicodeScalarView) -> Bool {
    !scalars.isEmpty
      && scalars.allSatisfy { $0 != "+" && $0.value >= 0x20 && !$0.properties.isWhitespace }
  }
}
