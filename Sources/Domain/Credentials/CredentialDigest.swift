/// The value by which both layers know a credential: SHA-256 of the JWS signing input, or of the
/// certificate's TBSCertificate. The issuing event and each request's event carry it, so that
/// correlation is equality.
package struct CredentialDigest: Hashable, Sendable, CustomStringConvertible {
  /// As four numbers, first byte highest: it is in every record of a request, and needs no memory of
  /// its own.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  package init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// - Parameter bytes: the 32 bytes of a SHA-256 digest; anything else is `nil`.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    let word = { (start: Int) in
      bytes[start..<(start + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    self.words = (word(0), word(8), word(16), word(24))
  }

  /// The 32 bytes.
  package var bytes: [UInt8] {
    [self.words.0, self.words.1, self.words.2, self.words.3].flatMap { word in
      withUnsafeBytes(of: word.bigEndian, Array.init)
    }
  }

  /// - Parameter hexadecimal: 64 lower-case hexadecimal digits; anything else is `nil`.
  package init?(hexadecimal: String) {
    guard let bytes = Hexadecimal.decode(hexadecimal) else { return nil }
    self.init(bytes: bytes)
  }

  /// 64 lower-case hexadecimal digits.
  package var description: String {
    String(unsafeUninitializedCapacity: Self.textLength) { self.write(to: $0) }
  }

  /// How many digits there are.
  package static let textLength = 64

  /// Writes the digits to the beginning of `buffer`; returns their number, which is 0 if they do not fit.
  package func write(to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    guard buffer.count >= Self.textLength else { return 0 }
    Hexadecimal.write(self.words.0, to: buffer, at: 0)
    Hexadecimal.write(self.words.1, to: buffer, at: 16)
    Hexadecimal.write(self.words.2, to: buffer, at: 32)
    Hexadecimal.write(self.words.3, to: buffer, at: 48)
    return Self.textLength
  }

  package static func == (lhs: Self, rhs: Self) -> Bool { lhs.words == rhs.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(self.words.0)
    hasher.combine(self.words.1)
    hasher.combine(self.words.2)
    hasher.combine(self.words.3)
  }
}
