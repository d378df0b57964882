/// A signature line of a note (C2SP signed-note).
public struct NoteSignature: Hashable, Sendable {
  /// The name of the key.
  public let name: String
  /// The short identifier that tells keys of one name apart.
  public let keyID: UInt32
  /// The bytes after the key ID; 64 of them for Ed25519.
  public let signature: [UInt8]

  public init(name: String, keyID: UInt32, signature: [UInt8]) {
    self.name = name
    self.keyID = keyID
    self.signature = signature
  }

  /// The line, with its newline.
  public var line: String {
    let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> UInt32(24 - 8 * $0)) }
    return "\u{2014} \(name) \(Base64.encode(id + signature))\n"
  }

  init(line: ArraySlice<UInt8>) throws(TransparencyLogError) {
    let malformed = TransparencyLogError(
      .malformedNote, "a signature line is an em dash, a key name and canonical base64")
    let dash = Array("\u{2014} ".utf8)
    let rest = line.dropFirst(dash.count)
    guard line.starts(with: dash), let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let name = String(validating: rest[..<space], as: UTF8.self),
      NoteName.isValid(name.unicodeScalars),
      let bytes = Base64.decode(rest[rest.index(after: space)...]), bytes.count > 4
    else { throw malformed }
    self.init(
      name: name, keyID: bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
      signature: Array(bytes.dropFirst(4)))
  }
}

/// A note whose shape is right and whose signatures nobody has checked yet. Its text can be had
/// only by `verified(by:)`.
public struct UnverifiedNote: Hashable, Sendable {
  /// The longest note that is read, in bytes.
  public static let maximumLength = 1 << 20
  /// The most signature lines that a note may have.
  public static let maximumSignatures = 64

  private let text: [UInt8]
  /// Every signature line, in order. No two have the same name and key ID.
  public let signatures: [NoteSignature]

  /// Parses a note: valid UTF-8 without control characters, the text, an empty line, and at least
  /// one signature line. Nothing may follow the last newline.
  public init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
    try Self.checkCharacters(bytes)
    let newline = UInt8(ascii: "\n")
    guard bytes.last == newline, let blank = Self.lastBlankLine(in: bytes) else {
      throw TransparencyLogError(
        .malformedNote, "a note is a text, an empty line and signature lines, each with a newline")
    }
    let lines = bytes[(blank + 1)...].dropLast()
      .split(separator: newline, omittingEmptySubsequences: false)
    guard lines.count <= Self.maximumSignatures else {
      throw TransparencyLogError(
        .malformedNote, "a note has at most \(Self.maximumSignatures) signatures")
    }
    var signatures: [NoteSignature] = []
    for line in lines { signatures.append(try NoteSignature(line: line)) }
    try Self.checkDistinct(signatures)
    self.text = Array(bytes[..<blank])
    self.signatures = signatures
  }

  private static func checkCharacters(_ bytes: [UInt8]) throws(TransparencyLogError) {
    guard bytes.count <= maximumLength else {
      throw TransparencyLogError(.malformedNote, "a note has at most \(maximumLength) bytes")
    }
    guard bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else {
      throw TransparencyLogError(.malformedNote, "a note has no control characters but newlines")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw TransparencyLogError(.malformedNote, "a note is UTF-8")
    }
  }

  /// The index of the newline that is the last empty line; a text of at least one line is before.
  private static func lastBlankLine(in bytes: [UInt8]) -> Int? {
    let newline = UInt8(ascii: "\n")
    for index in bytes.indices.dropFirst().dropLast().reversed()
    where bytes[index] == newline && bytes[index - 1] == newline {
      return index
    }
    return nil
  }

  private static func checkDistinct(_ all: [NoteSignature]) throws(TransparencyLogError) {
    struct Key: Hashable {
      let name: [UInt8]
      let keyID: UInt32
    }
    guard Set(all.map { Key(name: Array($0.name.utf8), keyID: $0.keyID) }).count == all.count else {
      throw TransparencyLogError(.malformedNote, "a key has signed twice")
    }
  }

  /// The note, if at least one of the keys signed it and every signature by one of them is right.
  /// Signatures of unknown keys are ignored, as C2SP signed-note demands.
  public func verified(by keys: [NoteVerifierKey]) throws(TransparencyLogError) -> VerifiedNote {
    var signers: [NoteVerifierKey] = []
    for signature in signatures {
      for key in keys where signature.isBy(key) {
        guard key.isSignature(signature.signature, of: text) else {
          throw TransparencyLogError(.signatureRefused, "the signature of \(key.name) is wrong")
        }
        signers.append(key)
      }
    }
    guard !signers.isEmpty else {
      throw TransparencyLogError(.signatureRefused, "no known key has signed the note")
    }
    return VerifiedNote(text: text, signers: signers, signatureCount: signatures.count)
  }
}

/// A note that a known key has signed.
public struct VerifiedNote: Hashable, Sendable {
  /// The signed text, with its last newline. It is valid UTF-8.
  public let text: [UInt8]
  /// The known keys that signed it, in the order of their lines.
  public let signers: [NoteVerifierKey]
  /// How many signature lines the note has, those of unknown keys included.
  public let signatureCount: Int

  fileprivate init(text: [UInt8], signers: [NoteVerifierKey], signatureCount: Int) {
    self.text = text
    self.signers = signers
    self.signatureCount = signatureCount
  }

  /// A new note: the text, which must end in a newline, and a signature of each signer.
  public static func sign(_ text: [UInt8], by signers: [NoteSigner]) throws -> [UInt8] {
    let lines = try signers.map { try $0.signature(of: text).line }
    let note = text + [UInt8(ascii: "\n")] + Array(lines.joined().utf8)
    _ = try UnverifiedNote(parsing: note).verified(by: signers.map(\.verifierKey))
    return note
  }
}

extension NoteSignature {
  fileprivate func isBy(_ key: NoteVerifierKey) -> Bool {
    // Swift compares strings by canonical equivalence; names are compared by their bytes.
    keyID == key.keyID && Array(name.utf8) == Array(key.name.utf8)
  }
}
