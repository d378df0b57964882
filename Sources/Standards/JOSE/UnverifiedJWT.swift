/// A JWT (RFC 7519) whose signature nobody has checked yet, read once: what its claims say chooses
/// the key, and the same claims count once that key has verified it.
public struct UnverifiedJWT: Sendable {
  private let jws: UnverifiedJWS
  private let claims: JWTClaims

  /// Parses a compact JWS whose payload is a claims set.
  /// - Parameter maximumBytes: the longest text that is accepted.
  /// - Throws: as ``UnverifiedJWS`` for the token, as ``JWTClaims`` for its payload.
  public init(compact: [UInt8], maximumBytes: Int = 16_384) throws(JOSEError) {
    let jws = try UnverifiedJWS(compact: compact, maximumBytes: maximumBytes)
    try self.init(jws)
  }

  /// Reads the payload of a JWS as claims.
  /// - Throws: as ``JWTClaims``.
  public init(_ jws: UnverifiedJWS) throws(JOSEError) {
    self.jws = jws
    self.claims = try JWTClaims(payload: jws.unverifiedPayload)
  }

  init(_ jws: UnverifiedJWS, claims: JWTClaims) {
    self.jws = jws
    self.claims = claims
  }

  /// The protected header.
  public var header: JOSEHeader { self.jws.header }

  /// The claims, which anybody may have written: for choosing a key, and for nothing else.
  public var unverifiedClaims: JWTClaims { self.claims }

  /// Verifies the signature.
  /// - Throws: as ``UnverifiedJWS/verify(with:)``.
  public func verify(with key: VerificationKey) throws(JOSEError) -> VerifiedJWT {
    let verified = try self.jws.verify(with: key)
    return VerifiedJWT(
      header: verified.header, claims: self.claims,
      digest: verified.digest, keyID: verified.keyID)
  }
}

/// A JWT whose signature was verified. Whether its signer may say what the claims say is still to be
/// decided.
public struct VerifiedJWT: Sendable {
  /// The protected header.
  public let header: JOSEHeader
  /// The claims.
  public let claims: JWTClaims
  /// SHA-256 of the JWS signing input: 32 bytes.
  public var signingInputDigest: [UInt8] { self.digest.bytes }
  /// The same as a value.
  public let digest: SigningInputDigest
  /// The `kid` of the key that verified it.
  public let keyID: String?

  init(header: JOSEHeader, claims: JWTClaims, digest: SigningInputDigest, keyID: String?) {
    self.header = header
    self.claims = claims
    self.digest = digest
    self.keyID = keyID
  }
}
