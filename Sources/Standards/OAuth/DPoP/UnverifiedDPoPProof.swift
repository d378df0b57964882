public import JOSE
import StrictJSON

/// The fields named `DPoP` of a request (RFC 9449 section 4.1). Nothing in them can be trusted.
public struct UnverifiedDPoPProof: Sendable {
  /// The longest proof that is accepted, in bytes.
  public static let maximumBytes = 4_096
  /// The longest `jti`, in bytes.
  public static let maximumIdentifierBytes = 256
  /// The algorithms that a proof may be signed with; the key's type and curve restrict them.
  public static let algorithms: [SignatureAlgorithm] = [.es256, .edDSA, .rs256, .ps256]

  private static let permitted = Set(algorithms)

  private let fields: [String]

  /// - Parameter fields: the values of all field lines named `DPoP`, in order.
  public init(fields: [String]) { self.fields = fields }

  /// Verifies the proof (RFC 9449 section 4.3), without suspending. What costs least is checked
  /// first.
  ///
  /// Stricter than the RFC: an `htu` with a query or a fragment is refused.
  /// - Parameters:
  ///   - method: the request's method.
  ///   - uri: the request's URI as its sender knows it.
  ///   - accessTokenHash: of the access token in the same request, which `ath` must be; `nil` where
  ///     there is none, as at a token endpoint.
  ///   - now: the time of verification in Unix seconds.
  ///   - window: how far `iat` may be from it.
  ///   - nonce: the nonces of which the proof must hold a current one; `nil` where none is asked
  ///     for.
  public func verify(
    method: String, uri: DPoPTargetURI, accessTokenHash: AccessTokenHash?, at now: Int64,
    window: DPoPWindow, nonce: DPoPNonces?
  ) -> DPoPVerification {
    do throws(RefusedProof) {
      let jws = try self.parsed()
      let claims = try Self.claims(jws)
      let jwtID = try Self.identifier(claims)
      let issuedAt = try Self.check(claims, at: now, window: window)
      try Self.check(claims, method: method, uri: uri)
      try Self.check(claims, accessTokenHash: accessTokenHash)
      try Self.check(claims, nonce: nonce, at: now)
      return .verified(
        VerifiedDPoPProof(
          key: try Self.signatory(of: jws), jwtID: jwtID, issuedAt: issuedAt,
          acceptedUntil: window.end(of: issuedAt)))
    } catch {
      return .refused(DPoPRefusal(error.code))
    }
  }

  private func parsed() throws(RefusedProof) -> UnverifiedJWS {
    guard let text = self.fields.first else { throw RefusedProof(.proofMissing) }
    guard self.fields.count == 1 else { throw RefusedProof(.repeatedProof) }
    let jws: UnverifiedJWS
    do {
      jws = try UnverifiedJWS(compact: text, maximumBytes: Self.maximumBytes)
    } catch {
      switch error.code {
      case .algorithmNotAllowed: throw RefusedProof(.unsupportedAlgorithm)
      case .unsupported: throw RefusedProof(.unsupportedHeader)
      default: throw RefusedProof(.malformedProof)
      }
    }
    guard Self.isProofType(jws.header.type) else { throw RefusedProof(.wrongType) }
    guard Self.permitted.contains(jws.header.algorithm) else {
      throw RefusedProof(.unsupportedAlgorithm)
    }
    return jws
  }

  /// Media types are compared without regard to case, and `application/` may be left out
  /// (RFC 7515 section 4.1.9).
  private static func isProofType(_ type: String?) -> Bool {
    guard let type, type.utf8.count <= 32 else { return false }
    let lowercased = type.utf8.map(URICharacters.lowercased)
    return lowercased.elementsEqual("dpop+jwt".utf8)
      || lowercased.elementsEqual("application/dpop+jwt".utf8)
  }

  private static func claims(_ jws: UnverifiedJWS) throws(RefusedProof) -> JWTClaims {
    do {
      return try JWTClaims(payload: jws.unverifiedPayload)
    } catch {
      throw RefusedProof(.malformedClaims)
    }
  }

  private static func identifier(_ claims: JWTClaims) throws(RefusedProof) -> String {
    guard let jwtID = claims.jwtID else { throw RefusedProof(.claimMissing) }
    guard (1...self.maximumIdentifierBytes).contains(jwtID.utf8.count) else {
      throw RefusedProof(.invalidIdentifier)
    }
    return jwtID
  }

  private static func check(
    _ claims: JWTClaims, at now: Int64, window: DPoPWindow
  ) throws(RefusedProof) -> Int64 {
    guard let issuedAt = claims.issuedAt else { throw RefusedProof(.claimMissing) }
    try window.check(issuedAt, at: now)
    return issuedAt
  }

  private static func check(
    _ claims: JWTClaims, method: String, uri: DPoPTargetURI
  ) throws(RefusedProof) {
    guard let htm = claims["htm"]?.stringValue, let htu = claims["htu"]?.stringValue else {
      throw RefusedProof(.claimMissing)
    }
    guard htm.utf8.elementsEqual(method.utf8) else { throw RefusedProof(.methodMismatch) }
    // Most clients send the normal form.
    if htu.utf8.elementsEqual(uri.description.utf8) { return }
    guard let named = try? DPoPTargetURI(parsing: htu), named == uri else {
      throw RefusedProof(.uriMismatch)
    }
  }

  private static func check(
    _ claims: JWTClaims, accessTokenHash: AccessTokenHash?
  ) throws(RefusedProof) {
    guard let accessTokenHash else { return }
    guard let named = claims["ath"]?.stringValue else { throw RefusedProof(.tokenHashMissing) }
    guard named.utf8.elementsEqual(accessTokenHash.description.utf8) else {
      throw RefusedProof(.tokenHashMismatch)
    }
  }

  private static func check(
    _ claims: JWTClaims, nonce nonces: DPoPNonces?, at now: Int64
  ) throws(RefusedProof) {
    guard let nonces else { return }
    guard let nonce = claims["nonce"]?.stringValue else { throw RefusedProof(.nonceMissing) }
    guard nonces.accepts(nonce, at: now) else { throw RefusedProof(.nonceMismatch) }
  }

  /// The key in the header, if it made the signature.
  private static func signatory(of jws: UnverifiedJWS) throws(RefusedProof) -> Thumbprint {
    guard let members = jws.header.parameters["jwk"]?.objectValue else {
      throw RefusedProof(.keyMissing)
    }
    let key = try self.key(members)
    do {
      _ = try jws.verify(with: VerificationKey(key, permitting: self.permitted, uses: ["sig"]))
    } catch {
      switch error.code {
      case .badSignature: throw RefusedProof(.invalidSignature)
      case .algorithmNotAllowed: throw RefusedProof(.unsupportedAlgorithm)
      default: throw RefusedProof(.unusableKey)
      }
    }
    return Thumbprint(of: key)
  }

  private static func key(_ members: JSONObject) throws(RefusedProof) -> JSONWebKey {
    do {
      return try JSONWebKey(members)
    } catch {
      throw RefusedProof(error.code == .privateKey ? .privateKey : .unusableKey)
    }
  }
}
