package import NIOCore
import NIOSSL

/// What a listener wants of its handshakes.
package struct ListenerSecuritySettings: Sendable {
  package enum ClientCertificates: Sendable, Hashable {
    case notAsked
    /// Asked for, and not needed: what one means is decided for each request. Sessions are then
    /// never resumed, so that each connection has shown the whole chain and proved the key anew.
    case asked
  }

  /// The oldest version of TLS that is spoken. There is none before 1.2 (RFC 8996).
  package enum OldestVersion: Sendable, Hashable {
    case tls12, tls13
  }

  package var clientCertificates: ClientCertificates
  package var minimumVersion: OldestVersion
  /// Whether HTTP/2 is offered beside HTTP/1.1.
  package var offersHTTP2: Bool
  /// The longest time from accepting a connection to the end of its handshake.
  package var handshakeTimeout: TimeAmount

  package init(
    clientCertificates: ClientCertificates = .notAsked, minimumVersion: OldestVersion = .tls12,
    offersHTTP2: Bool = true, handshakeTimeout: TimeAmount = .seconds(10)
  ) {
    self.clientCertificates = clientCertificates
    self.minimumVersion = minimumVersion
    self.offersHTTP2 = offersHTTP2
    self.handshakeTimeout = handshakeTimeout
  }

  /// In the TLS library's terms.
  func configuration(
    certificate: ServerCertificate, choose: @escaping NIOSSLContextCallback
  ) -> TLSConfiguration {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificate.chain, privateKey: certificate.key)
    tls.minimumTLSVersion =
      switch self.minimumVersion {
      case .tls12: .tlsv12
      case .tls13: .tlsv13
      }
    // RFC 9325 section 4.2: of TLS 1.2 only forward secrecy with authenticated encryption. Those of
    // TLS 1.3 are all of this kind.
    tls.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
    tls.curves = [.x25519_MLKEM768, .x25519, .secp256r1, .secp384r1]
    tls.verifySignatureAlgorithms = Self.signatureAlgorithms
    tls.renegotiationSupport = .none
    tls.applicationProtocols = self.offersHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"]
    tls.certificateVerification =
      self.clientCertificates == .asked ? .optionalVerification : .none
    // The system's roots say nothing about workloads, and reading them takes long.
    tls.trustRoots = .certificates([])
    tls.shutdownTimeout = .seconds(2)
    tls.sslContextCallback = choose
    return tls
  }

  /// With which clients may prove that they have their keys: nothing with SHA-1.
  private static let signatureAlgorithms: [SignatureAlgorithm] = [
    .ecdsaSecp256R1Sha256, .ecdsaSecp384R1Sha384, .ecdsaSecp521R1Sha512, .ed25519,
    .rsaPssRsaeSha256, .rsaPssRsaeSha384, .rsaPssRsaeSha512,
    .rsaPkcs1Sha256, .rsaPkcs1Sha384, .rsaPkcs1Sha512,
  ]
}
