import StrictJSON

/// Reads many tokens one after the other, and makes anew only what they do not have in common.
///
/// Tokens of one signer have the same header, byte by byte, and many of one client the same issuer,
/// subject and audience. What was read of the same bytes before is taken from memory, which is bounded;
/// what comes out is what ``UnverifiedJWT/init(compact:maximumBytes:)`` gives.
public final class JWTReader {
  private static let headerCount = 8
  private static let longestHeader = 1_024

  /// Each with the base64url text that it was read from.
  private var headers: [(text: [UInt8], header: JOSEHeader)] = []
  private var turn = 0
  private var texts = JSONTexts()

  public init() {}

  /// Parses a compact JWS whose payload is a claims set.
  /// - Parameter maximumBytes: the longest text that is accepted.
  /// - Throws: as ``UnverifiedJWT/init(compact:maximumBytes:)``.
  public func read(
    _ compact: ArraySlice<UInt8>, maximumBytes: Int = 16_384
  ) throws(JOSEError) -> UnverifiedJWT {
    let jws = try UnverifiedJWS(compact: compact, maximumBytes: maximumBytes) {
      (text: ArraySlice<UInt8>) throws(JOSEError) in try self.header(text)
    }
    return UnverifiedJWT(
      jws, claims: try JWTClaims(payload: jws.unverifiedPayload, &self.texts))
  }

  private func header(_ text: ArraySlice<UInt8>) throws(JOSEError) -> JOSEHeader {
    for index in self.headers.indices where self.headers[index].text.count == text.count {
      if self.headers[index].text[...] == text { return self.headers[index].header }
    }
    let header = try JOSEHeader(parsing: Base64URL.decode(text))
    if text.count <= Self.longestHeader { self.keep((Array(text), header)) }
    return header
  }

  /// In turn: signers are few, and whoever makes up headers makes them cost what they cost anyway.
  private func keep(_ header: (text: [UInt8], header: JOSEHeader)) {
    guard self.headers.count == Self.headerCount else { return self.headers.append(header) }
    self.turn = (self.turn + 1) % Self.headerCount
    self.headers[self.turn] = header
  }
}
