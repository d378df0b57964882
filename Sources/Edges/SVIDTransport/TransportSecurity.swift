package import GRPCNIOTransportHTTP2Posix
import NIOCertificateReloading
import NIOSSL

extension HTTP2ServerTransport.Posix.TransportSecurity {
  /// Mutual TLS 1.3 between SPIFFE identities.
  ///
  /// - Parameter identity: asked for each connection, so that a renewed SVID holds at once.
  package static func svid(
    identity: @escaping @Sendable () throws -> TransportIdentity, peer: PeerVerification
  ) throws -> Self {
    try .mTLS(certificateReloader: IdentityReloader(identity: identity)) { tls in
      tls.clientCertificateVerification = .noHostnameVerification
      tls.customVerificationCallback = peer.callback
      tls.requireALPN = true
    }
  }
}

extension HTTP2ClientTransport.Posix.TransportSecurity {
  /// Mutual TLS between SPIFFE identities. The peer's SPIFFE ID is what counts; its host name is not
  /// looked at.
  package static func svid(identity: TransportIdentity, peer: PeerVerification) -> Self {
    .mTLS(
      certificateChain: identity.chain.map { .bytes($0, format: .der) },
      privateKey: .bytes(identity.privateKey, format: .der)
    ) { tls in
      tls.serverCertificateVerification = .noHostnameVerification
      tls.customVerificationCallback = peer.callback
    }
  }
}

/// Gives the TLS library the identity of the moment.
struct IdentityReloader: CertificateReloader {
  let identity: @Sendable () throws -> TransportIdentity

  var sslContextConfigurationOverride: NIOSSLContextConfigurationOverride {
    guard let identity = try? self.identity(),
      let chain = try? identity.chain.map({
        NIOSSLCertificateSource.certificate(try NIOSSLCertificate(bytes: $0, format: .der))
      }), let key = try? NIOSSLPrivateKey(bytes: identity.privateKey, format: .der)
    else { return .noChanges }
    var override = NIOSSLContextConfigurationOverride()
    override.certificateChain = chain
    override.privateKey = .privateKey(key)
    return override
  }
}
