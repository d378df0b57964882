import JOSE
import StrictJSON

/// A token that claims to be a JWT-SVID. Nothing in it can be trusted.
public struct UnverifiedJWTSVID: Sendable {
  /// The longest token that is looked at, in bytes.
  public static let maximumBytes = 16_384

  private let token: String

  /// Takes any text; ``verify(bundles:audience:at:leeway:)`` judges it.
  public init(token: String) { self.token = token }

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
    do throws(Refused) {
      let jws = try self.parsed()
      try Self.check(jws.header)
      let id = try Self.subject(of: try Self.claims(jws.unverifiedPayload))
      guard let bundle = bundles[id.trustDomain] else { throw Refused(.unknownTrustDomain) }
      let verified = try Self.verify(jws, with: bundle.jwt)
      let svid = try Self.svid(verified, id: id, claims: try Self.claims(verified.payload))
      try svid.check(audience: audience)
      try svid.checkTimes(now: now, leeway: leeway)
      return .verified(svid)
    } catch {
      return .refused(error.code)
    }
  }

  private func parsed() throws(Refused) -> UnverifiedJWS {
    do {
      return try UnverifiedJWS(compact: self.token, maximumBytes: Self.maximumBytes)
    } catch {
      switch error.code {
      case .algorithmNotAllowed: throw Refused(.unsupportedAlgorithm)
      case .unsupported: throw Refused(.unexpectedHeaderParameter)
      default: throw Refused(.malformedToken)
      }
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

  private static func claims(_ payload: [UInt8]) throws(Refused) -> JWTClaims {
    do {
      return try JWTClaims(payload: payload)
    } catch {
      throw Refused(.malformedClaims)
    }
  }

  private static func subject(of claims: JWTClaims) throws(Refused) -> SPIFFEID {
    guard let subject = claims.subject else { throw Refused(.subjectMissing) }
    guard let id = try? SPIFFEID(parsing: subject) else { throw Refused(.invalidSPIFFEID) }
    return id
  }

  private static func verify(
    _ jws: UnverifiedJWS, with bundle: JWTBundle
  ) throws(Refused) -> VerifiedJWS {
    guard let keyID = jws.header.keyID, !keyID.isEmpty else { throw Refused(.keyIDMissing) }
    guard let key = bundle.key(id: keyID) else { throw Refused(.unknownKeyID) }
    do {
      return try jws.verify(with: key)
    } catch {
      switch error.code {
      case .keyMismatch: throw Refused(.unknownKeyID)
      case .algorithmNotAllowed: throw Refused(.unsupportedAlgorithm)
      default: throw Refused(.invalidSignature)
      }
    }
  }

  private static func svid(
    _ jws: VerifiedJWS, id: SPIFFEID, claims: JWTClaims
  ) throws(Refused) -> VerifiedJWTSVID {
    guard let keyID = jws.keyID else { throw Refused(.keyIDMissing) }
    guard let expiresAt = claims.expiresAt else { throw Refused(.expirationMissing) }
    return VerifiedJWTSVID(
      id: id, claims: claims, expiresAt: expiresAt, digest: jws.signingInputDigest, keyID: keyID)
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
