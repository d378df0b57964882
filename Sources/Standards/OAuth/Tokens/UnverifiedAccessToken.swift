import JOSE

/// A text that claims to be a JWT access token (RFC 9068). Nothing in it can be trusted.
public struct UnverifiedAccessToken: Sendable {
  private let token: BearerToken

  public init(_ token: BearerToken) { self.token = token }

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
    do throws(Refused) {
      let jws = try self.signed(by: issuer)
      let token = try VerifiedAccessToken(jws)
      guard token.issuer.utf8.elementsEqual(issuer.issuer.utf8) else {
        throw Refused(.issuerMismatch)
      }
      let expected = audience.description
      guard token.audience.contains(where: { $0.utf8.elementsEqual(expected.utf8) }) else {
        throw Refused(.audienceMismatch)
      }
      try token.checkTimes(now: now, leeway: leeway)
      return .verified(token)
    } catch {
      return .refused(AccessTokenRefusal(error.code))
    }
  }

  private func signed(by issuer: IssuerKeys) throws(Refused) -> VerifiedJWS {
    let jws = try self.parsed()
    guard Self.isAccessTokenType(jws.header.type) else { throw Refused(.wrongType) }
    guard let keyID = jws.header.keyID, !keyID.isEmpty else { throw Refused(.keyIDMissing) }
    guard let key = issuer.key(id: keyID) else { throw Refused(.unknownKeyID) }
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

  private func parsed() throws(Refused) -> UnverifiedJWS {
    do {
      return try UnverifiedJWS(
        compact: self.token.secret, maximumBytes: BearerToken.maximumBytes)
    } catch {
      switch error.code {
      case .algorithmNotAllowed: throw Refused(.unsupportedAlgorithm)
      case .unsupported: throw Refused(.unsupportedHeader)
      default: throw Refused(.malformedToken)
      }
    }
  }

  /// Media types are compared without regard to case, and `application/` may be left out
  /// (RFC 7515 section 4.1.9, RFC 9068 section 4).
  private static func isAccessTokenType(_ type: String?) -> Bool {
    guard let type, type.utf8.count <= 32 else { return false }
    let lowercased = type.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return lowercased.elementsEqual("at+jwt".utf8)
      || lowercased.elementsEqual("application/at+jwt".utf8)
  }
}

/// How the steps of a verification stop; ``UnverifiedAccessToken`` turns it into a refusal.
struct Refused: Error {
  let code: AccessTokenRefusal.Code

  init(_ code: AccessTokenRefusal.Code) { self.code = code }
}
