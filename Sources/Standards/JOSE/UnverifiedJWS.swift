import Crypto
import StrictJSON

/// A JWS in compact form (RFC 7515 section 7.1) whose signature nobody has checked yet. Nothing in
/// it may be acted on, except to choose the key to verify it with.
public struct UnverifiedJWS: Sendable {
  /// The protected header.
  public let header: JOSEHeader
  /// The payload, which anybody may have written.
  public let unverifiedPayload: [UInt8]

  private let signingInput: SigningInput
  private let signature: [UInt8]

  /// Parses a compact JWS.
  ///
  /// - Parameter maximumBytes: the longest text that is accepted.
  /// - Throws: `tooLarge`, `malformed`, `unsupported` (a header with `crit` or `b64`) or
  ///   `algorithmNotAllowed` (an algorithm that does not exist here, like `none`).
  public init(compact: String, maximumBytes: Int = 16_384) throws(JOSEError) {
    // Counted before it is copied, so that a huge text costs nothing.
    guard compact.utf8.count <= maximumBytes else { throw Self.tooLarge(maximumBytes) }
    try self.init(compact: Array(compact.utf8), maximumBytes: maximumBytes)
  }

  /// Parses a compact JWS given as ASCII; see `init(compact:maximumBytes:)`.
  public init(compact: [UInt8], maximumBytes: Int = 16_384) throws(JOSEError) {
    try self.init(compact: compact[...], maximumBytes: maximumBytes) {
      (text: ArraySlice<UInt8>) throws(JOSEError) in
      try JOSEHeader(parsing: Base64URL.decode(text))
    }
  }

  /// - Parameter readHeader: reads the header's base64url text.
  init(
    compact: ArraySlice<UInt8>, maximumBytes: Int,
    readHeader: (ArraySlice<UInt8>) throws(JOSEError) -> JOSEHeader
  ) throws(JOSEError) {
    guard compact.count <= maximumBytes else { throw Self.tooLarge(maximumBytes) }
    let dot = UInt8(ascii: ".")
    guard let first = compact.firstIndex(of: dot), let last = compact.lastIndex(of: dot),
      first < last, !compact[(first + 1)..<last].contains(dot)
    else {
      throw JOSEError(.malformed, "a compact JWS must have three parts")
    }
    guard first > compact.startIndex, last + 1 < compact.endIndex else {
      throw JOSEError(.malformed, "a compact JWS must have a header and a signature")
    }
    header = try readHeader(compact[..<first])
    unverifiedPayload = try Base64URL.decode(compact[(first + 1)..<last])
    signature = try Base64URL.decode(compact[(last + 1)...])
    signingInput = SigningInput(compact[..<last])
  }

  private static func tooLarge(_ maximumBytes: Int) -> JOSEError {
    JOSEError(.tooLarge, "the JWS is longer than \(maximumBytes) bytes")
  }

  /// Verifies the signature.
  ///
  /// - Throws: `keyMismatch` if header and key both have a `kid` and they differ;
  ///   `algorithmNotAllowed` if the header names an algorithm that the key is not for;
  ///   `badSignature`.
  public func verify(with key: VerificationKey) throws(JOSEError) -> VerifiedJWS {
    if let named = header.keyID, let keyID = key.keyID, !sameText(named, keyID) {
      throw JOSEError(.keyMismatch, "the header names another key")
    }
    guard key.algorithms.contains(header.algorithm) else {
      throw JOSEError(.algorithmNotAllowed, "the header's algorithm is not one the key is for")
    }
    let digest = signingInput.sha256()
    guard key.isValid(signature, over: signingInput, digest, algorithm: header.algorithm) else {
      throw JOSEError(.badSignature, "the signature is not valid")
    }
    return VerifiedJWS(
      header: header, payload: unverifiedPayload,
      digest: SigningInputDigest(digest), keyID: key.keyID)
  }
}

/// A JWS whose signature was verified. Only `UnverifiedJWS.verify(with:)` makes one. It says who
/// signed; whether that issuer may say what the payload says is still to be decided.
public struct VerifiedJWS: Sendable {
  /// The protected header.
  public let header: JOSEHeader
  /// The payload.
  public let payload: [UInt8]
  /// SHA-256 of the JWS signing input (RFC 7515 section 5.1, step 8), 32 bytes: what identifies
  /// this JWS whatever its signature, since ECDSA signatures can be varied.
  public var signingInputDigest: [UInt8] { digest.bytes }
  /// The same as a value.
  public let digest: SigningInputDigest
  /// The `kid` of the key that verified it.
  public let keyID: String?

  fileprivate init(
    header: JOSEHeader, payload: [UInt8], digest: SigningInputDigest, keyID: String?
  ) {
    self.header = header
    self.payload = payload
    self.digest = digest
    self.keyID = keyID
  }
}
