import Crypto

/// The JWS signing input (RFC 7515 section 5.1, step 8): the beginning of a compact JWS, in place.
struct SigningInput: Sendable {
  let bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  func sha256() -> SHA256Digest {
    var function = SHA256()
    bytes.withUnsafeBytes { function.update(bufferPointer: $0) }
    return function.finalize()
  }
}
