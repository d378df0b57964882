import X509

/// The rules that X509-SVID sections 2 to 5 set for a leaf certificate by itself.
enum LeafCertificateRules {
  /// The leaf's SPIFFE ID, or the first rule that it breaks.
  static func check(_ leaf: Certificate) -> SVIDVerification<SPIFFEID> {
    do {
      if let code = try self.extensionViolation(of: leaf) { return .refused(code) }
      return self.id(uriNames: try leaf.uriNames())
    } catch {
      return .refused(.malformedExtension)
    }
  }

  private static func id(uriNames: [String]) -> SVIDVerification<SPIFFEID> {
    guard let name = uriNames.first else { return .refused(.subjectAlternativeNameMissing) }
    guard uriNames.count == 1 else { return .refused(.severalURINames) }
    guard let id = try? SPIFFEID(parsing: name) else { return .refused(.invalidSPIFFEID) }
    guard !id.isTrustDomainID else { return .refused(.rootPathInLeaf) }
    return .verified(id)
  }

  private static func extensionViolation(of leaf: Certificate) throws -> SVIDRefusal.Code? {
    if case .isCertificateAuthority = try leaf.extensions.basicConstraints {
      return .leafIsAuthority
    }
    if let code = try self.keyUsageViolation(of: leaf) { return code }
    if let usage = try leaf.extensions.extendedKeyUsage,
      !(usage.contains(.serverAuth) && usage.contains(.clientAuth))
    {
      return .extendedKeyUsageIncomplete
    }
    let names = leaf.extensions[oid: .X509ExtensionID.subjectAlternativeName]
    if leaf.subject.isEmpty, let names, !names.critical {
      return .subjectAlternativeNameNotCritical
    }
    return nil
  }

  private static func keyUsageViolation(of leaf: Certificate) throws -> SVIDRefusal.Code? {
    guard let keyUsage = leaf.extensions[oid: .X509ExtensionID.keyUsage] else {
      return .keyUsageMissing
    }
    guard keyUsage.critical else { return .keyUsageNotCritical }
    let usage = try KeyUsage(keyUsage)
    guard usage.digitalSignature else { return .digitalSignatureMissing }
    guard !usage.keyCertSign else { return .leafSignsCertificates }
    guard !usage.cRLSign else { return .leafSignsRevocationLists }
    return nil
  }
}
