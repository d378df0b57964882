public import JOSE
import StrictJSON

/// What a JWT-SVID to be issued says (JWT-SVID section 3).
public struct JWTSVIDClaims: Sendable, Hashable {
  /// How the `aud` claim is written. Both are legal (RFC 7519 section 4.1.3), but some relying
  /// parties understand only one.
  public enum AudienceForm: Sendable, Hashable {
    /// Always an array.
    case array
    /// A string where there is one audience.
    case stringIfSingle
  }

  /// The claims as JSON in UTF-8.
  public let payload: [UInt8]

  /// - Parameters:
  ///   - audience: for whom the token is; at least one, none empty.
  ///   - issuedAt: in Unix seconds, and so are the other times.
  ///   - notBefore: left out where `nil`.
  ///   - jwtID: the credential's id.
  ///   - issuer: left out where `nil`; relying parties that know OpenID Connect only look for it.
  /// - Throws: ``InvalidJWTSVIDClaims``.
  public init(
    id: SPIFFEID, audience: [String], issuedAt: Int64, expiresAt: Int64, notBefore: Int64? = nil,
    jwtID: String, issuer: String?, audienceForm: AudienceForm = .stringIfSingle
  ) throws(InvalidJWTSVIDClaims) {
    guard !id.isTrustDomainID else { throw .idWithoutPath }
    guard let first = audience.first, audience.allSatisfy({ !$0.isEmpty }) else {
      throw .audienceMissing
    }
    guard expiresAt > issuedAt else { throw .expiresBeforeIssue }
    let isString = audienceForm == .stringIfSingle && audience.count == 1
    var claims: JSONObject = [
      "sub": .string(id.description),
      "aud": isString ? .string(first) : .array(audience.map(JSONValue.string)),
      "exp": .integer(expiresAt), "iat": .integer(issuedAt),
    ]
    claims["nbf"] = notBefore.map(JSONValue.integer)
    claims["jti"] = .string(jwtID)
    claims["iss"] = issuer.map(JSONValue.string)
    self.payload = claims.serialized()
  }

  /// The token.
  /// - Throws: ``InvalidJWTSVIDClaims/algorithm`` if the signer's is none that JWT-SVIDs may have;
  ///   the signer's own error if it cannot sign.
  public func signed(by signer: some JWSSigner) throws -> SignedJWS {
    guard JWTBundle.algorithms.contains(signer.algorithm) else {
      throw InvalidJWTSVIDClaims.algorithm
    }
    return try JWSSigning.sign(payload: self.payload, type: "JWT", signer: signer)
  }
}

/// Why a JWT-SVID is not issued.
public enum InvalidJWTSVIDClaims: Error, Hashable, Sendable, CustomStringConvertible {
  case idWithoutPath
  case audienceMissing
  case expiresBeforeIssue
  case algorithm

  public var description: String {
    switch self {
    case .idWithoutPath: "the SPIFFE ID of a workload needs a path"
    case .audienceMissing: "a JWT-SVID has at least one audience, and none is empty"
    case .expiresBeforeIssue: "a JWT-SVID expires after it is issued"
    case .algorithm: "JWT-SVIDs are signed with RS, PS or ES 256, 384 or 512"
    }
  }
}
