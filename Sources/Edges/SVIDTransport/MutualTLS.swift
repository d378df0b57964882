import NIOCertificateReloading
package import NIOCore
import NIOSSL

/// The server's end of mutual TLS 1.3 between SPIFFE identities, for protocols that bring their own
/// channel.
package struct MutualTLS: Sendable {
  private let context: NIOSSLContext
  private let peer: PeerVerification

  /// - Parameters:
  ///   - identity: asked for each connection, so that a renewed SVID holds at once.
  ///   - applicationProtocols: what is spoken inside, by ALPN name.
  package init(
    identity: @escaping @Sendable () throws -> TransportIdentity, peer: PeerVerification,
    applicationProtocols: [String]
  ) throws {
    var configuration = try TLSConfiguration.makeServerConfiguration(
      certificateReloader: IdentityReloader(identity: identity))
    configuration.certificateVerification = .noHostnameVerification
    configuration.minimumTLSVersion = .tlsv13
    configuration.applicationProtocols = applicationProtocols
    self.context = try NIOSSLContext(configuration: configuration)
    self.peer = peer
  }

  /// Puts TLS in front of everything that is added to the channel's pipeline later. On the channel's
  /// event loop only.
  package func secure(_ channel: any Channel) throws {
    try channel.pipeline.syncOperations.addHandler(
      NIOSSLServerHandler(
        context: self.context, customVerificationCallbackWithMetadata: self.peer.callback))
  }

  /// The certificates that the handshake proved to be the peer's, in DER, leaf first; empty for a
  /// channel without TLS.
  package static func peerChain(of channel: any Channel) async throws -> [[UInt8]] {
    try await channel.eventLoop.submit {
      let operations = channel.pipeline.syncOperations
      guard let handler = try? operations.handler(type: NIOSSLServerHandler.self) else { return [] }
      guard let chain = handler.peerValidatedCertificateChain else { throw UnreadablePeer() }
      return try chain.map { try $0.toDERBytes() }
    }.get()
  }
}

/// A connection is TLS, and does not say who its peer is.
private struct UnreadablePeer: Error {}
