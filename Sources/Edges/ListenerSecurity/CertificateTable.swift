import NIOSSL

/// The certificates of a listener, and which one a name gets. Replaced whole.
struct CertificateTable: Sendable {
  private let byName: [String: Int]
  private let byParent: [String: Int]
  private let certificates: [ServerCertificate]
  /// For clients that send no name, or none that is known.
  let standard: ServerCertificate

  /// - Parameter certificates: the first is the standard one, and where two have the same name, the
  ///   earlier gets it.
  init(_ certificates: [ServerCertificate]) throws(CertificateFault) {
    guard let standard = certificates.first else { throw .noSource }
    self.certificates = certificates
    self.standard = standard
    var byName: [String: Int] = [:]
    var byParent: [String: Int] = [:]
    for (index, certificate) in certificates.enumerated() {
      let names = certificate.hosts.serverNames
      for name in names.exact where byName[name] == nil { byName[name] = index }
      for parent in names.parents where byParent[parent] == nil { byParent[parent] = index }
    }
    self.byName = byName
    self.byParent = byParent
  }

  /// The certificate for a name in lower case, without a dot at its end.
  func certificate(for name: String?) -> ServerCertificate {
    guard let name else { return self.standard }
    return self.index(of: name).map { self.certificates[$0] } ?? self.standard
  }

  /// The moment at which the first certificate expires, in Unix time.
  var notAfter: Int64 { self.certificates.map(\.notAfter).min() ?? .min }

  private func index(of name: String) -> Int? {
    if let index = self.byName[name] { return index }
    guard let dot = name.firstIndex(of: ".") else { return nil }
    return self.byParent[String(name[name.index(after: dot)...])]
  }
}
