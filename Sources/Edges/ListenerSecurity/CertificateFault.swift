/// Why a server certificate cannot be used. Nothing of it says what was in the files.
package enum CertificateFault: String, Error, Sendable, Hashable, CaseIterable {
  case certificateUnreadable
  case keyUnreadable
  case fileTooLarge
  case noCertificate
  case certificateMalformed
  case keyMalformed
  case keyEncrypted
  case keyDiffers
  case chainOrder
  case notYetValid
  case expired
  case notForServers
  case hostsMissing
  case hostMalformed
  case noSource
  case refusedByTLS
}

extension CertificateFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .certificateUnreadable:
      "the certificate file cannot be read: check its path and permissions"
    case .keyUnreadable: "the key file cannot be read: check its path and permissions"
    case .fileTooLarge: "a certificate or key file of at most 1 MiB is expected"
    case .noCertificate: "a PEM file with at least one certificate is expected"
    case .certificateMalformed: "the certificates must be whole X.509 certificates in PEM"
    case .keyMalformed:
      "an EC, RSA or Ed25519 private key in PEM is expected (PKCS #8, SEC1 or PKCS #1)"
    case .keyEncrypted: "the private key must not be encrypted: protect the file by its permissions"
    case .keyDiffers: "the private key must be that of the first certificate in the file"
    case .chainOrder: "each certificate of the file must be issued by the one after it"
    case .notYetValid: "the certificate is not valid yet: check the clock"
    case .expired: "the certificate has expired: renew it"
    case .notForServers: "the certificate's extended key usage must include serverAuth"
    case .hostsMissing:
      "the certificate has no DNS name or address: name the hosts that it may serve"
    case .hostMalformed:
      "a host must be a DNS name, *. and a DNS name, an IP address, or * for every host"
    case .noSource: "at least one certificate is needed"
    case .refusedByTLS: "the TLS library refuses this certificate and key"
    }
  }
}
