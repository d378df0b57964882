package import NIOSSL

/// What a finished handshake says about a connection, for as long as it lasts.
package struct SecuredConnection: Sendable {
  package enum ApplicationProtocol: String, Sendable, Hashable {
    case http11 = "http/1.1"
    case http2 = "h2"
  }

  /// The name that the client asked for (SNI, RFC 6066 section 3), in lower case and without a dot
  /// at its end; `nil` where it sent none, or one that is no DNS name.
  package let serverName: String?
  /// The hosts of the certificate that answered.
  package let hosts: CertificateHosts
  /// `nil` where the client showed none.
  package let clientCertificate: ClientCertificate?
  /// HTTP/1.1 where nothing was negotiated.
  package let applicationProtocol: ApplicationProtocol
  package let version: TLSVersion?
}
