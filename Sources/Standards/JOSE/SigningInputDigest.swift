import Crypto

/// SHA-256 of a JWS signing input (RFC 7515 section 5.1, step 8).
public struct SigningInputDigest: Hashable, Sendable {
  /// The 32 bytes as four numbers, first byte highest.
  public let words: (UInt64, UInt64, UInt64, UInt64)

  init(_ digest: SHA256Digest) {
    self.words = digest.withUnsafeBytes { bytes in
      (Self.word(0, bytes), Self.word(1, bytes), Self.word(2, bytes), Self.word(3, bytes))
    }
  }

  private static func word(_ index: Int, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
    guard bytes.count >= (index + 1) * 8 else { return 0 }
    return UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    [self.words.0, self.words.1, self.words.2, self.words.3].flatMap { word in
      withUnsafeBytes(of: word.bigEndian, Array.init)
    }
  }

  public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(self.words.0)
    hasher.combine(self.words.1)
    hasher.combine(self.words.2)
    hasher.combine(self.words.3)
  }
}
