import SwiftASN1
import X509

/// Path validation (RFC 5280 section 6) for X.509-SVIDs, without suspending.
///
/// It knows less than a general verifier, and refuses what it does not know: certificates with name
/// constraints, and critical extensions besides those that SPIFFE has rules for. Certificates that call
/// themselves their own issuer count towards a path's length like any other.
struct SVIDPathSearch {
  let leaf: Certificate
  let intermediates: [Certificate]
  let authorities: [Certificate]
  let policy: SVIDPathPolicy
  /// Signatures that are still checked before the search is given up: certificates that all bear one
  /// name and key would make it grow as the factorial of their number.
  private var remainingChecks = 16
  /// Why the nearest thing to a path was none.
  private var violation: SVIDRefusal.Code = .noTrustedPath

  private static let knownExtensions: Set<ASN1ObjectIdentifier> = [
    .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.extendedKeyUsage,
    .X509ExtensionID.keyUsage, .X509ExtensionID.basicConstraints,
  ]

  init(
    leaf: Certificate, intermediates: [Certificate], authorities: [Certificate],
    policy: SVIDPathPolicy
  ) {
    self.leaf = leaf
    self.intermediates = intermediates
    self.authorities = authorities
    self.policy = policy
  }

  /// The first path from the leaf to an authority that keeps every rule, or why there is none.
  mutating func path() -> SVIDVerification<[Certificate]> {
    if let path = self.extend([self.leaf], with: self.intermediates) { return .verified(path) }
    return .refused(self.violation)
  }

  private mutating func extend(
    _ path: [Certificate], with unused: [Certificate]
  ) -> [Certificate]? {
    guard let last = path.last else { return nil }
    for authority in self.authorities where self.isSigned(last, by: authority) {
      let whole = path + [authority]
      guard let code = self.violation(in: whole) else { return whole }
      self.violation = code
    }
    for (index, signer) in unused.enumerated() where self.isSigned(last, by: signer) {
      var rest = unused
      rest.remove(at: index)
      if let whole = self.extend(path + [signer], with: rest) { return whole }
    }
    return nil
  }

  private mutating func isSigned(_ certificate: Certificate, by signer: Certificate) -> Bool {
    guard certificate.issuer == signer.subject, self.remainingChecks > 0 else { return false }
    self.remainingChecks -= 1
    return signer.publicKey.isValidSignature(certificate.signature, for: certificate)
  }

  private func violation(in path: [Certificate]) -> SVIDRefusal.Code? {
    if let code = self.policy.violation(in: path) { return code }
    for (index, certificate) in path.enumerated() {
      guard certificate.version == .v3 || index == path.count - 1 else { return .pathNotValid }
      if let code = Self.extensionViolation(of: certificate, signingCertificatesBelow: index - 1) {
        return code
      }
    }
    return nil
  }

  private static func extensionViolation(
    of certificate: Certificate, signingCertificatesBelow count: Int
  ) -> SVIDRefusal.Code? {
    for found in certificate.extensions where !self.knownExtensions.contains(found.oid) {
      if found.critical || found.oid == .X509ExtensionID.nameConstraints { return .pathNotValid }
    }
    do {
      if case .isCertificateAuthority(let maximum?) = try certificate.extensions.basicConstraints,
        count > maximum
      {
        return .pathNotValid
      }
      return nil
    } catch {
      return .malformedExtension
    }
  }
}

extension UnverifiedX509SVID {
  /// Verifies the chain with one bundle, without suspending: as ``verify(bundle:at:)``, but chains with
  /// name constraints are refused.
  /// - Parameter now: the time of verification in Unix seconds.
  public func verifyPath(
    bundle: X509Bundle, at now: Int64
  ) -> SVIDVerification<VerifiedX509SVID> {
    switch LeafCertificateRules.check(self.leaf) {
    case .refused(let refusal): return .refused(refusal)
    case .verified(let id):
      guard id.trustDomain == bundle.trustDomain else { return .refused(.unknownTrustDomain) }
      if let code = SVIDPathPolicy.timeViolation(of: self.leaf, at: now) { return .refused(code) }
      var search = SVIDPathSearch(
        leaf: self.leaf, intermediates: self.intermediates, authorities: bundle.authorities,
        policy: SVIDPathPolicy(trustDomain: id.trustDomain, now: now))
      switch search.path() {
      case .refused(let refusal): return .refused(refusal)
      case .verified(let path):
        return .verified(VerifiedX509SVID(id: id, chain: path, leaf: self.leaf))
      }
    }
  }
}
