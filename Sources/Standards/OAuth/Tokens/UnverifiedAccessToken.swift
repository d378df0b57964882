public import JOSE

/// A text that claims to be a JWT access token (RFC 9068). Nothing in it can be trusted.
public struct UnverifiedAccessToken: Sendable {
  private let content: Result<UnverifiedJWT, Refused>

  public init(_ token: BearerToken) { self.init(compact: Array(token.secret.utf8)) }

  /// Takes any bytes; what cannot be read is refused when it is asked about.
  public init(compact: [UInt8]) {
    do throws(JOSEError) {
      let jws = try UnverifiedJWS(compact: compact, maximumBytes: BearerToken.maximumBytes)
      do throws(JOSEError) {
        self.content = .success(try UnverifiedJWT(jws))
      } catch {
        self.content = .failure(Refused(.malformedClaims))
      }
    } catch {
      switch error.code {
      case .algorithmNotAllowed: self.content = .failure(Refused(.unsupportedAlgorithm))
      case .unsupported: self.content = .failure(Refused(.unsupportedHeader))
      default: self.content = .failure(Refused(.malformedToken))
      }
    }
  }

  /// A token that has been read before.
  public init(_ jwt: UnverifiedJWT) { self.content = .success(jwt) }

  /// Why the token cannot be read at all; `nil` if it can.
  public var refusal: AccessTokenRefusal? {
    if case .failure(let refused) = self.content { AccessTokenRefusal(refused.code) } else { nil }
  }

  /// Verifies the token (RFC 9068 section 4), without suspending.
  ///
  /// Stricter than the RFC: `nbf` is required, and a token that is bound to a key (`cnf`) is refused,
  /// because accepting it without the proof would turn it into one that is not bound.
  /// - Parameters:
  ///   - issuer: the issuer that must have issued the token, with its keys.
  ///   - audience: the service that the token must be for: one of its audiences must be exactly this.
  ///   - now: the time of verification in Unix seconds.
  ///   - leeway: by how many seconds clocks may differ.
  public func verify(
    issuer: IssuerKeys, audience: Audience, at now: Int64, leeway: Int64
  ) -> AccessTokenVerification {
    switch self.checkSignature(issuer, profile: .rfc9068) {
    case .refused(let refusal): return .refused(refusal)
    case .signed(let token):
      if let refusal = token.refusal(
        issuer: issuer.issuer, profile: .rfc9068, audience: audience, at: now, leeway: leeway)
      {
        return .refused(refusal)
      }
      guard token.confirmation == nil else {
        return .refused(AccessTokenRefusal(.unsupportedConfirmation))
      }
      guard let verified = VerifiedAccessToken(token) else {
        return .refused(AccessTokenRefusal(.claimMissing))
      }
      return .verified(verified)
    }
  }

  /// Checks the signature, and that everything is there which the profile asks for. For whom and when
  /// the token is good is left to ``SignedToken``.
  /// - Parameter algorithms: what the issuer may sign with, besides what its keys say; `nil` leaves it
  ///   to the keys.
  public func checkSignature(
    _ issuer: IssuerKeys, profile: AccessTokenProfile,
    algorithms: Set<SignatureAlgorithm>? = nil
  ) -> AccessTokenSignature {
    switch self.content {
    case .failure(let refused): .refused(AccessTokenRefusal(refused.code))
    case .success(let jwt):
      Self.checkSignature(of: jwt, issuer, profile: profile, algorithms: algorithms, grants: nil)
    }
  }

  /// The same for a token that has been read before.
  /// - Parameter grants: what tokens before it said.
  public static func checkSignature(
    of jwt: UnverifiedJWT, _ issuer: IssuerKeys, profile: AccessTokenProfile,
    algorithms: Set<SignatureAlgorithm>?, grants: AccessGrants?
  ) -> AccessTokenSignature {
    do throws(Refused) {
      guard profile.accepts(type: try Self.type(jwt.header)) else { throw Refused(.wrongType) }
      guard algorithms?.contains(jwt.header.algorithm) ?? true else {
        throw Refused(.unsupportedAlgorithm)
      }
      return .signed(try SignedToken(try Self.verify(jwt, issuer), profile, grants))
    } catch {
      return .refused(AccessTokenRefusal(error.code))
    }
  }

  private static func verify(
    _ jwt: UnverifiedJWT, _ issuer: IssuerKeys
  ) throws(Refused) -> VerifiedJWT {
    guard let keyID = jwt.header.keyID, !keyID.isEmpty else { throw Refused(.keyIDMissing) }
    guard let key = issuer.key(id: keyID) else { throw Refused(.unknownKeyID) }
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

  private static func type(_ header: JOSEHeader) throws(Refused) -> String? {
    guard let type = header.type else { return nil }
    guard let canonical = AccessTokenProfile.canonicalType(type) else { throw Refused(.wrongType) }
    return canonical
  }
}

/// How the steps of a verification stop; ``UnverifiedAccessToken`` turns it into a refusal.
struct Refused: Error {
  let code: AccessTokenRefusal.Code

  init(_ code: AccessTokenRefusal.Code) { self.code = code }
}
