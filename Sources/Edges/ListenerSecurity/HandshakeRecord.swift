import NIOCore
import NIOSSL
import Synchronization

/// What is learnt during one handshake.
///
/// The TLS library asks for a certificate in a callback that all connections share, and does not say
/// for which of them. It asks while the connection's bytes are handed to it, so the record of that
/// connection is bound around that.
final class HandshakeRecord: Sendable {
  @TaskLocal static var current: HandshakeRecord?

  struct Facts: Sendable {
    var serverName: String?
    var hosts: CertificateHosts?
    var clientChain: [[UInt8]] = []
  }

  /// More than any honest chain needs.
  static let maximumChainCount = 10
  static let maximumChainBytes = 65_536

  private let state = Mutex(Facts())

  var facts: Facts { self.state.withLock { $0 } }

  /// Chooses the certificate of the connection whose record is bound.
  static func choose(
    from table: CertificateTable, _ values: NIOSSLClientExtensionValues,
    _ promise: EventLoopPromise<NIOSSLContextConfigurationOverride>
  ) {
    guard let record = Self.current else {
      // A handshake that nobody watches would have no hosts.
      promise.fail(HandshakeFault.unwatched)
      return
    }
    let name = values.serverHostname.flatMap { CertificateHosts.name($0[...]) }
    let certificate = table.certificate(for: name)
    record.state.withLock { ($0.serverName, $0.hosts) = (name, certificate.hosts) }
    var override = NIOSSLContextConfigurationOverride()
    override.certificateChain = certificate.chain
    override.privateKey = certificate.key
    promise.succeed(override)
  }

  /// Takes the client's chain, whatever it is. TLS has yet to prove possession of the leaf's key, and
  /// completes no handshake without that.
  func take(
    _ certificates: [NIOSSLCertificate], _ promise: EventLoopPromise<NIOSSLVerificationResult>
  ) {
    guard certificates.count <= Self.maximumChainCount,
      let chain = try? certificates.map({ try $0.toDERBytes() }),
      chain.reduce(0, { $0 + $1.count }) <= Self.maximumChainBytes
    else {
      promise.succeed(.failed)
      return
    }
    self.state.withLock { $0.clientChain = chain }
    promise.succeed(.certificateVerified)
  }
}

/// Why a handshake that TLS would have completed is not good enough.
package enum HandshakeFault: Error, Sendable, Hashable {
  /// It was not this connection's handler that began it.
  case unwatched
  /// A session was resumed, and the chain was not shown.
  case resumedWithoutChain
}
