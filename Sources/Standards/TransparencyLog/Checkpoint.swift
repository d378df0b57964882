/// What a log claims at one moment: who it is, how many leaves it has and their root
/// (C2SP tlog-checkpoint).
public struct Checkpoint: Hashable, Sendable {
  /// The log's unique identifier, such as `example.com/log/server`.
  public let origin: String
  /// The number of leaves.
  public let size: UInt64
  /// The RFC 6962 tree head of those leaves.
  public let root: MerkleHash
  /// Opaque lines after the three that every checkpoint has.
  public let extensions: [String]

  /// A checkpoint; the origin and the extension lines are single lines and not empty.
  public init(
    origin: String, size: UInt64, root: MerkleHash, extensions: [String] = []
  ) throws(TransparencyLogError) {
    for line in [origin] + extensions {
      guard !line.isEmpty, line.utf8.allSatisfy({ $0 >= 0x20 }) else {
        throw TransparencyLogError(
          .malformedCheckpoint, "an origin or extension line is one line and not empty")
      }
    }
    guard size > 0 || root == .empty else {
      throw TransparencyLogError(
        .malformedCheckpoint, "the root of an empty tree is the hash of nothing")
    }
    self.origin = origin
    self.size = size
    self.root = root
    self.extensions = extensions
  }

  /// Parses a note's text.
  public init(text: [UInt8]) throws(TransparencyLogError) {
    guard text.last == 0x0A, let string = String(validating: text.dropLast(), as: UTF8.self) else {
      throw TransparencyLogError(.malformedCheckpoint, "a checkpoint is lines of UTF-8")
    }
    let lines = string.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    guard lines.count >= 3 else {
      throw TransparencyLogError(
        .malformedCheckpoint, "a checkpoint has an origin, a size and a root")
    }
    guard let size = CanonicalDecimal.parse(lines[1].utf8) else {
      throw TransparencyLogError(
        .malformedCheckpoint, "a size is a decimal number without leading zeroes")
    }
    try self.init(
      origin: lines[0], size: size, root: try MerkleHash(base64: lines[2]),
      extensions: Array(lines.dropFirst(3)))
  }

  /// The checkpoint of a note that its log has signed.
  public init(_ note: VerifiedNote) throws(TransparencyLogError) {
    try self.init(text: note.text)
  }

  /// The note's text, with its last newline.
  public var text: String {
    ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
  }

  /// The signed note of this checkpoint.
  public func signed(by signers: [NoteSigner]) throws -> [UInt8] {
    try VerifiedNote.sign(Array(text.utf8), by: signers)
  }
}
