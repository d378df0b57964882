import SwiftASN1
import X509

/// What a path of certificates must fulfil beside RFC 5280's constraints: the time of verification,
/// SPIFFE's rules for signing certificates, and algorithms that are still sound.
///
/// The verifier hands a policy's verdict on as text, so the text of a failure is the refusal's code.
struct SVIDPathPolicy: VerifierPolicy {
  let trustDomain: TrustDomain
  let now: Int64

  /// The extensions that this policy and ``LeafCertificateRules`` look at.
  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
    .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.extendedKeyUsage,
    .X509ExtensionID.keyUsage,
  ]

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
    guard let code = self.violation(in: chain) else { return .meetsPolicy }
    return .failsToMeetPolicy(reason: PolicyFailureReason(code.rawValue))
  }

  /// The code that a failure of this policy carries; another policy's failure is ``pathNotValid``.
  static func code(of reason: PolicyFailureReason) -> SVIDRefusal.Code {
    SVIDRefusal.Code(rawValue: reason.description) ?? .pathNotValid
  }

  static func timeViolation(of certificate: Certificate, at now: Int64) -> SVIDRefusal.Code? {
    if now < certificate.notBeforeSeconds { return .notYetValid }
    return now > certificate.notAfterSeconds ? .expired : nil
  }

  /// The first rule that a path breaks, the leaf first and the authority last.
  func violation(in chain: some Collection<Certificate>) -> SVIDRefusal.Code? {
    for (index, certificate) in chain.enumerated() {
      if let code = Self.timeViolation(of: certificate, at: self.now) { return code }
      let isAuthority = index == chain.count - 1
      // Nobody relies on the signature that an authority of the bundle carries.
      guard isAuthority || Self.isSound(certificate.signatureAlgorithm) else {
        return .weakSignatureAlgorithm
      }
      guard index > 0 else { continue }
      if let code = self.signingViolation(of: certificate, isAuthority: isAuthority) { return code }
    }
    return nil
  }

  private func signingViolation(
    of certificate: Certificate, isAuthority: Bool
  ) -> SVIDRefusal.Code? {
    do {
      guard case .isCertificateAuthority = try certificate.extensions.basicConstraints else {
        return .signingCertificateNotAuthority
      }
      if let code = try Self.keyUsageViolation(of: certificate, isAuthority: isAuthority) {
        return code
      }
      if let usage = try certificate.extensions.extendedKeyUsage,
        !usage.contains(.any), !(usage.contains(.serverAuth) && usage.contains(.clientAuth))
      {
        return .signingCertificateExtendedKeyUsage
      }
      return self.nameViolation(of: try certificate.uriNames())
    } catch {
      return .malformedExtension
    }
  }

  /// An authority of the bundle may come from a PKI that is older than SPIFFE and lack the extension;
  /// where it is there it must allow signing.
  private static func keyUsageViolation(
    of certificate: Certificate, isAuthority: Bool
  ) throws -> SVIDRefusal.Code? {
    guard let keyUsage = certificate.extensions[oid: .X509ExtensionID.keyUsage] else {
      return isAuthority ? nil : .signingCertificateKeyUsage
    }
    let allowsSigning = try KeyUsage(keyUsage).keyCertSign
    return allowsSigning && (keyUsage.critical || isAuthority) ? nil : .signingCertificateKeyUsage
  }

  private func nameViolation(of uriNames: [String]) -> SVIDRefusal.Code? {
    guard let name = uriNames.first else { return nil }
    guard uriNames.count == 1 else { return .signingCertificateName }
    // X509-SVID's own examples write an authority's name with a slash at its end.
    let text = name.hasSuffix("/") ? String(name.dropLast()) : name
    guard let id = try? SPIFFEID(parsing: text), id.isTrustDomainID else {
      return .signingCertificateName
    }
    return id.trustDomain == self.trustDomain ? nil : .signingCertificateTrustDomain
  }

  private static func isSound(_ algorithm: Certificate.SignatureAlgorithm) -> Bool {
    let sound: [Certificate.SignatureAlgorithm] = [
      .ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512, .ed25519,
      .sha256WithRSAEncryption, .sha384WithRSAEncryption, .sha512WithRSAEncryption,
    ]
    return sound.contains(algorithm)
  }
}
