import Crypto

/// The JWS signing input (RFC 7515 section 5.1, step 8): the beginning of a compact JWS, in place.
struct SigningInput: Sendable {
  private let message: [UInt8]
  private let count: Int

  /// - Parameter count: how many bytes of the message are signed.
  init(_ message: [UInt8], count: Int) {
    self.message = message
    self.count = count
  }

  var bytes: ArraySlice<UInt8> { message.prefix(count) }

  func sha256() -> SHA256Digest {
    var function = SHA256()
    message.withUnsafeBytes {
      function.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0.prefix(count)))
    }
    return function.finalize()
  }
}
