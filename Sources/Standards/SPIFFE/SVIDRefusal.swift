/// Why an SVID was not accepted: a value, not an error, with a code that stays the same from version
/// to version and a message that is safe to log and to answer with.
public struct SVIDRefusal: Hashable, Sendable, CustomStringConvertible {
  public let code: Code

  public init(_ code: Code) { self.code = code }

  /// What was expected. Nothing of the SVID is repeated.
  public var message: String { self.code.message }

  /// The code and the message.
  public var description: String { "\(self.code.rawValue): \(self.message)" }
}

/// The outcome of verifying an SVID.
public enum SVIDVerification<Verified: Sendable>: Sendable {
  case verified(Verified)
  case refused(SVIDRefusal)

  /// The verified SVID, or `nil` if it was refused.
  public var verified: Verified? {
    if case .verified(let svid) = self { svid } else { nil }
  }

  /// The refusal, or `nil` if the SVID was verified.
  public var refusal: SVIDRefusal? {
    if case .refused(let refusal) = self { refusal } else { nil }
  }

  static func refused(_ code: SVIDRefusal.Code) -> Self { .refused(SVIDRefusal(code)) }
}

extension SVIDRefusal {
  /// The rule that an SVID breaks.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    // Either kind.
    case unknownTrustDomain, expired, notYetValid
    // X.509-SVID.
    case subjectAlternativeNameMissing, severalURINames, subjectAlternativeNameNotCritical
    case invalidSPIFFEID, rootPathInLeaf, leafIsAuthority
    case keyUsageMissing, keyUsageNotCritical, digitalSignatureMissing, leafSignsCertificates
    case leafSignsRevocationLists, extendedKeyUsageIncomplete, malformedExtension
    case weakSignatureAlgorithm
    case signingCertificateNotAuthority, signingCertificateKeyUsage, signingCertificateName
    case signingCertificateTrustDomain, signingCertificateExtendedKeyUsage
    case noTrustedPath, pathNotValid
    // JWT-SVID.
    case malformedToken, unsupportedAlgorithm, unsupportedType, unexpectedHeaderParameter
    case keyIDMissing, unknownKeyID, invalidSignature, malformedClaims, subjectMissing
    case audienceMissing, audienceMismatch, expirationMissing, issuedInFuture

    var message: String {
      self.commonMessage ?? self.certificateMessage ?? self.tokenMessage ?? self.rawValue
    }

    private var commonMessage: String? {
      switch self {
      case .unknownTrustDomain: "no bundle of the SVID's trust domain is known"
      case .expired: "the SVID, or a certificate that it depends on, has expired"
      case .notYetValid: "the SVID, or a certificate that it depends on, is not yet valid"
      case .invalidSPIFFEID: "the SVID does not name a legal SPIFFE ID"
      default: nil
      }
    }

    private var certificateMessage: String? {
      switch self {
      case .subjectAlternativeNameMissing: "the leaf certificate needs a URI name"
      case .severalURINames: "the leaf certificate has more than one URI name"
      case .subjectAlternativeNameNotCritical:
        "the alternative name must be critical where the subject is empty"
      case .rootPathInLeaf: "the SPIFFE ID of a leaf certificate needs a path"
      case .leafIsAuthority: "the leaf certificate is marked as an authority"
      case .keyUsageMissing: "the leaf certificate needs the key usage extension"
      case .keyUsageNotCritical: "the key usage extension must be critical"
      case .digitalSignatureMissing: "the leaf certificate's key usage needs digitalSignature"
      case .leafSignsCertificates: "the leaf certificate's key usage must not hold keyCertSign"
      case .leafSignsRevocationLists: "the leaf certificate's key usage must not hold cRLSign"
      case .extendedKeyUsageIncomplete:
        "the extended key usage needs both serverAuth and clientAuth"
      case .malformedExtension: "an extension of a certificate cannot be read"
      case .weakSignatureAlgorithm: "a certificate is signed with an algorithm that is not accepted"
      case .signingCertificateNotAuthority: "a signing certificate is not marked as an authority"
      case .signingCertificateKeyUsage:
        "a signing certificate needs a critical key usage with keyCertSign"
      case .signingCertificateName:
        "a signing certificate has at most one URI name, a SPIFFE ID without a path"
      case .signingCertificateTrustDomain: "a signing certificate belongs to another trust domain"
      case .signingCertificateExtendedKeyUsage:
        "a signing certificate's extended key usage does not allow serverAuth and clientAuth"
      case .noTrustedPath: "no chain of signatures leads to an authority of the trust domain"
      case .pathNotValid: "the certificates do not form a valid path (RFC 5280)"
      default: nil
      }
    }

    private var tokenMessage: String? {
      switch self {
      case .malformedToken: "the token is not a JWS in compact form"
      case .unsupportedAlgorithm: "the token's algorithm is not one that JWT-SVIDs may have"
      case .unsupportedType: "the token's type must be absent, `JWT` or `JOSE`"
      case .unexpectedHeaderParameter: "the token's header may only hold alg, kid and typ"
      case .keyIDMissing: "the token's header needs a key id"
      case .unknownKeyID: "the trust domain's bundle has no key with the token's key id"
      case .invalidSignature: "the token's signature does not verify with the key of its key id"
      case .malformedClaims: "the token's claims cannot be read"
      case .subjectMissing: "the token needs a subject"
      case .audienceMissing: "the token needs an audience"
      case .audienceMismatch: "the token is for another audience"
      case .expirationMissing: "the token needs an expiration time"
      case .issuedInFuture: "the token's time of issue lies in the future"
      default: nil
      }
    }
  }
}
