public import JOSE
import StrictJSON

/// A token that claims to be a JWT-SVID. Nothing in it can be trusted.
public struct UnverifiedJWTSVID: Sendable {
  /// The longest token that is looked at, in bytes.
  public static let maximumBytes = 16_384

  private let content: Result<UnverifiedJWT, Refused>

  /// Takes any text; ``verify(bundles:audience:at:leeway:)`` judges it.
  public init(token: String) {
    do throws(Refused) {
      self.content = .success(try Self.parse(token))
    } catch {
      self.content = .failure(error)
    }
  }

  /// A token that has been read before.
  public init(_ jwt: UnverifiedJWT) { self.content = .success(jwt) }

  /// Verifies the token with the bundle of the trust domain that its subject names, and no other.
  ///
  /// Stricter than the standard demands of a validator: a key id is required, because a token says
  /// which key to use or none fits, and a header parameter besides `alg`, `kid` and `typ` is refused,
  /// because the standard forbids issuers to write one (JWT-SVID section 2).
  /// - Parameters:
  ///   - audience: what the verifier is called; one of the token's audiences must be exactly this.
  ///   - now: the time of verification in Unix seconds.
  ///   - leeway: by how many seconds clocks may differ.
  public func verify(
    bundles: TrustBundleSet, audience: String, at now: Int64, leeway: Int64
  ) -> SVIDVerification<VerifiedJWTSVID> {
    switch self.checkSignature(bundles: bundles) {
    case .refused(let refusal): return .refused(refusal)
    case .verified(let signed):
      if let refusal = signed.refusal(audience: audience, at: now, leeway: leeway) {
        return .refused(refusal)
      }
      return .verified(signed.content)
    }
  }

  /// Checks the signature with the bundle of the trust domain that the token's subject names, and no
  /// other. For whom and when the token is good is left to ``SignedJWTSVID``.
  public func checkSignature(bundles: TrustBundleSet) -> SVIDVerification<SignedJWTSVID> {
    do throws(Refused) {
      let jwt = try self.content.get()
      try Self.check(jwt.header)
      let id = try Self.subject(of: jwt.unverifiedClaims)
      guard let bundle = bundles[id.trustDomain] else { throw Refused(.unknownTrustDomain) }
      let verified = try Self.verify(jwt, with: bundle.jwt)
      return .verified(SignedJWTSVID(try Self.svid(verified, id: id)))
    } catch {
      return .refused(error.code)
    }
  }

  private static func parse(_ token: String) throws(Refused) -> UnverifiedJWT {
    let jws: UnverifiedJWS
    do {
      jws = try UnverifiedJWS(compact: token, maximumBytes: Self.maximumBytes)
    } catch {
      switch error.code {
      case .algorithmNotAllowed: throw Refused(.unsupportedAlgorithm)
      case .unsupported: throw Refused(.unexpectedHeaderParameter)
      default: throw Refused(.malformedToken)
      }
    }
    // What is wrong with the header is said before what is wrong with the claims.
    try Self.check(jws.header)
    do {
      return try UnverifiedJWT(jws)
    } catch {
      throw Refused(.malformedClaims)
    }
  }

  private static func check(_ header: JOSEHeader) throws(Refused) {
    guard JWTBundle.algorithms.contains(header.algorithm) else {
      throw Refused(.unsupportedAlgorithm)
    }
    guard [nil, "JWT", "JOSE"].contains(header.type) else { throw Refused(.unsupportedType) }
    guard header.parameters.keys.allSatisfy({ ["alg", "kid", "typ"].contains($0) }) else {
      throw Refused(.unexpectedHeaderParameter)
    }
  }

  private static func subject(of claims: JWTClaims) throws(Refused) -> SPIFFEID {
    guard let subject = claims.subject else { throw Refused(.subjectMissing) }
    guard let id = try? SPIFFEID(parsing: subject) else { throw Refused(.invalidSPIFFEID) }
    return id
  }

  private static func verify(
    _ jwt: UnverifiedJWT, with bundle: JWTBundle
  ) throws(Refused) -> VerifiedJWT {
    guard let keyID = jwt.header.keyID, !keyID.isEmpty else { throw Refused(.keyIDMissing) }
    guard let key = bundle.key(id: keyID) else { throw Refused(.unknownKeyID) }
    do {
      return try jwt.verify(with: key)
    } catch {
      switch error.code {
      case .keyMismatch: throw Refused(.unknownKeyID)
      case .algorithmNotAllowed: throw Refused(.unsupportedAlgorithm)
      default: throw Refused(.invalidSignature)
      }
    }
  }

  private static func svid(_ jwt: VerifiedJWT, id: SPIFFEID) throws(Refused) -> VerifiedJWTSVID {
    guard let keyID = jwt.keyID else { throw Refused(.keyIDMissing) }
    guard let expiresAt = jwt.claims.expiresAt else { throw Refused(.expirationMissing) }
    return VerifiedJWTSVID(
      id: id, claims: jwt.claims, expiresAt: expiresAt, digest: jwt.signingInputDigest,
      keyID: keyID)
  }
}

/// The token grants access to whoever holds it, so it never shows.
extension UnverifiedJWTSVID: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  public var description: String { "<redacted>" }
  public var debugDescription: String { self.description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How the steps of a verification stop; ``UnverifiedJWTSVID`` turns it into a refusal.
struct Refused: Error {
  let code: SVIDRefusal.Code

  init(_ code: SVIDRefusal.Code) { self.code = code }
}
