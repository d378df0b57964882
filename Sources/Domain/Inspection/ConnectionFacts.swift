package import OAuth
package import SPIFFE

/// What is known of the connection that a request came on: one value for all of its requests.
package final class ConnectionFacts: Sendable {
  /// The address that the connection comes from, without a port.
  package let source: String
  /// Who is counted as one when attempts are limited: the address, or the first 64 bits of an IPv6 one.
  /// A hash that is seeded anew in every process.
  package let sourceKey: UInt64
  /// Whether the client speaks TLS with us.
  package let isSecure: Bool
  /// The hosts that requests on this connection may be for.
  package let serverNames: ServerNameScope
  /// What the client proved to hold in the TLS handshake.
  package let clientCertificate: ClientCertificateFacts?

  package init(
    source: String, isSecure: Bool, serverNames: ServerNameScope,
    clientCertificate: ClientCertificateFacts?
  ) {
    self.source = source
    self.sourceKey = UInt64(truncatingIfNeeded: SourceNetwork(source).hashValue)
    self.isSecure = isSecure
    self.serverNames = serverNames
    self.clientCertificate = clientCertificate
  }

  /// A connection without TLS.
  package convenience init(plainFrom source: String) {
    self.init(source: source, isSecure: false, serverNames: .all, clientCertificate: nil)
  }
}

/// The hosts that belong to the name which the client asked for in TLS (RFC 9110 section 7.4).
package enum ServerNameScope: Hashable, Sendable {
  /// Without TLS, or with one configuration for all names.
  case all
  /// Host names in lower case; `*.example.org` is every name with exactly one label more.
  case hosts(Set<String>)

  /// - Parameter host: in lower case, without a port.
  package func allows(_ host: String) -> Bool {
    guard case .hosts(let names) = self else { return true }
    if names.contains(host) { return true }
    guard let dot = host.utf8.firstIndex(of: UInt8(ascii: ".")), dot > host.startIndex else {
      return false
    }
    return names.contains("*" + host[dot...])
  }
}

/// A certificate chain that a client showed and whose leaf's key it proved to hold. Who issued it is not
/// verified.
package final class ClientCertificateFacts: Sendable {
  package let chain: UnverifiedX509SVID
  /// SHA-256 of the leaf in DER: what `x5t#S256` must be (RFC 8705 section 3.1).
  package let thumbprint: Thumbprint
  /// Under what its verification is remembered: no token has a colon in it.
  let memoryKey: [UInt8]

  /// - Parameters:
  ///   - leaf: in DER.
  ///   - intermediates: in DER, as TLS handed them over.
  /// - Throws: `MalformedCertificates`.
  package init(leaf: [UInt8], intermediates: [[UInt8]]) throws(MalformedCertificates) {
    self.chain = try UnverifiedX509SVID(chainDER: [leaf] + intermediates)
    self.thumbprint = Thumbprint(certificate: leaf)
    self.memoryKey = Array("x5t#S256:\(self.thumbprint)".utf8)
  }
}
