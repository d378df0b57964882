package import SVIDTransport

/// Where a server certificate comes from.
package struct CertificateSource: Sendable {
  package enum Place: Sendable {
    /// Files in PEM: the chain with the leaf first, and its private key. Read again on
    /// ``ListenerSecurity/reload(at:)``.
    case files(chain: String, key: String)
    /// The gateway's own X.509-SVID of the moment; `nil` while there is none.
    case identity(@Sendable () -> TransportIdentity?)
  }

  /// What logs call it.
  package let name: String
  package let place: Place
  /// The hosts that it may serve; `nil` for the names that are in it.
  package let hosts: [String]?

  package init(name: String, place: Place, hosts: [String]? = nil) {
    self.name = name
    self.place = place
    self.hosts = hosts
  }

  /// Reads chain and key as they are now, both in DER. Blocks on files.
  func read() throws(CertificateFault) -> CertificateMaterial {
    switch self.place {
    case .files(let chain, let key):
      guard let chainBytes = try CertificateFile.read(chain) else { throw .certificateUnreadable }
      guard let keyBytes = try CertificateFile.read(key) else { throw .keyUnreadable }
      return try CertificateMaterial(chainPEM: chainBytes, keyPEM: keyBytes)
    case .identity(let identity):
      guard let identity = identity() else { throw .noCertificate }
      return CertificateMaterial(chain: identity.chain, key: identity.privateKey)
    }
  }
}
