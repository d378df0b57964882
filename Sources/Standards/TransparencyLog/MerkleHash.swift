import Crypto

/// A node of a Merkle tree: 32 bytes of SHA-256 (RFC 6962 section 2.1, RFC 9162 section 2.1.1).
public struct MerkleHash: Hashable, Sendable, CustomStringConvertible {
  /// The length of every hash, in bytes.
  public static let byteCount = 32

  /// The tree head of no leaves: the SHA-256 of nothing.
  public static let empty = MerkleHash(SHA256().finalize())

  private let words: SIMD4<UInt64>

  /// A hash from its 32 bytes.
  public init(bytes: some Collection<UInt8>) throws(TransparencyLogError) {
    guard bytes.count == Self.byteCount else {
      throw TransparencyLogError(.malformedHash, "a hash has 32 bytes, not \(bytes.count)")
    }
    var words = SIMD4<UInt64>()
    for (position, byte) in bytes.enumerated() {
      words[position / 8] = words[position / 8] << 8 | UInt64(byte)
    }
    self.words = words
  }

  /// A hash from its canonical base64 (44 characters).
  public init(base64: some StringProtocol) throws(TransparencyLogError) {
    guard let bytes = Base64.decode(Array(base64.utf8)) else {
      throw TransparencyLogError(.malformedHash, "a hash is written in canonical base64")
    }
    try self.init(bytes: bytes)
  }

  private init(_ digest: SHA256Digest) {
    words = digest.withUnsafeBytes { raw in
      var words = SIMD4<UInt64>()
      for index in 0..<4 {
        words[index] = UInt64(
          bigEndian: raw.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
      }
      return words
    }
  }

  /// The hash of a leaf: SHA-256(0x00 || data).
  public static func leaf(_ data: some Sequence<UInt8>) -> MerkleHash {
    var function = SHA256()
    update(&function, with: 0x00)
    if data.withContiguousStorageIfAvailable({ function.update(bufferPointer: .init($0)) }) == nil {
      Array(data).withUnsafeBytes { function.update(bufferPointer: $0) }
    }
    return MerkleHash(function.finalize())
  }

  /// The hash of an inner node: SHA-256(0x01 || left || right).
  public static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
    withUnsafeTemporaryAllocation(byteCount: 1 + 2 * byteCount, alignment: 8) { data in
      data[0] = 0x01
      data.storeBytes(of: left.bigEndianWords, toByteOffset: 1, as: SIMD4<UInt64>.self)
      data.storeBytes(of: right.bigEndianWords, toByteOffset: 1 + byteCount, as: SIMD4<UInt64>.self)
      var function = SHA256()
      function.update(bufferPointer: UnsafeRawBufferPointer(data))
      return MerkleHash(function.finalize())
    }
  }

  private static func update(_ function: inout SHA256, with byte: UInt8) {
    withUnsafeBytes(of: byte) { function.update(bufferPointer: $0) }
  }

  private var bigEndianWords: SIMD4<UInt64> {
    SIMD4(words.x.bigEndian, words.y.bigEndian, words.z.bigEndian, words.w.bigEndian)
  }

  /// The 32 bytes.
  public var bytes: [UInt8] { withUnsafeBytes(of: bigEndianWords) { Array($0) } }

  /// The canonical base64 of the 32 bytes, with padding.
  public var base64: String { Base64.encode(bytes) }

  public var description: String { base64 }
}
