import Inspection
import NIOCore
import NIOSSL
package import SPIFFE
package import SVIDTransport
import Synchronization

/// What the gateway itself brings to connections with mutual TLS.
package struct GatewayCredentials: Sendable {
  let identity: @Sendable () throws -> TransportIdentity
  let bundles: @Sendable () throws -> TrustBundleSet
  let unixTime: @Sendable () -> Int64

  /// - Parameters:
  ///   - identity: the gateway's X.509-SVID of the moment; asked for each connection.
  ///   - bundles: whom the gateway trusts, as of the moment.
  ///   - unixTime: in seconds.
  package init(
    identity: @escaping @Sendable () throws -> TransportIdentity,
    bundles: @escaping @Sendable () throws -> TrustBundleSet,
    unixTime: @escaping @Sendable () -> Int64
  ) {
    self.identity = identity
    self.bundles = bundles
    self.unixTime = unixTime
  }

  /// Of a gateway that has no identity of its own.
  package static let none = GatewayCredentials(
    identity: { throw UpstreamSecurityError.noIdentity },
    bundles: { throw UpstreamSecurityError.noIdentity }, unixTime: { 0 })
}

package enum UpstreamSecurityError: Error, Hashable, Sendable, CustomStringConvertible {
  case noIdentity
  case unusableIdentity
  case unusableCertificates

  package var description: String {
    switch self {
    case .noIdentity: "this gateway has no X.509-SVID; mutual TLS to a service needs one"
    case .unusableIdentity: "the gateway's own X.509-SVID cannot be used for TLS"
    case .unusableCertificates:
      "the certificates in `tls.bundle` cannot be read; expected X.509 in PEM"
    }
  }
}

/// TLS towards the endpoints of one service.
final class UpstreamSecurity: Sendable {
  private struct Context {
    let context: NIOSSLContext
    /// Whose SVID is in it.
    let chain: [[UInt8]]
  }

  private enum Kind {
    case web(Upstream.Roots)
    case svid(PeerVerification)
  }

  private let kind: Kind
  private let serverName: String?
  private let credentials: GatewayCredentials
  private let cached = Mutex<Context?>(nil)

  /// `nil` where a service is reached in plaintext.
  init?(_ transport: Upstream.Transport, credentials: GatewayCredentials) {
    switch transport {
    case .plaintext: return nil
    case .tls(let serverName, let roots):
      (self.kind, self.serverName) = (.web(roots), serverName)
    case .mutualTLS(let serverName, let peers):
      let verification = PeerVerification(
        bundles: credentials.bundles, now: credentials.unixTime,
        isWanted: { peers.contains($0) })
      (self.kind, self.serverName) = (.svid(verification), serverName)
    }
    self.credentials = credentials
  }

  /// - Parameter serverName: the endpoint's host, if that is a name; the manifest's goes before.
  func makeHandler(serverName: String?) throws -> NIOSSLClientHandler {
    let name = self.serverName ?? serverName
    switch self.kind {
    case .web: return try NIOSSLClientHandler(context: self.context(), serverHostname: name)
    case .svid(let verification):
      return try NIOSSLClientHandler(
        context: self.context(), serverHostname: name,
        customVerificationCallbackWithMetadata: verification.callback)
    }
  }

  /// The context for the next connection. Making one takes long, the more so with the system's roots,
  /// so that it is kept for as long as the gateway's SVID stays the same.
  func context() throws -> NIOSSLContext {
    let identity: TransportIdentity? =
      switch self.kind {
      case .web: nil
      case .svid: try self.credentials.identity()
      }
    let chain = identity?.chain ?? []
    return try self.cached.withLock { cached in
      if let cached, cached.chain == chain { return cached.context }
      let made = try NIOSSLContext(configuration: self.configuration(identity))
      cached = Context(context: made, chain: chain)
      return made
    }
  }

  private func configuration(_ identity: TransportIdentity?) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    tls.applicationProtocols = ["http/1.1"]
    tls.renegotiationSupport = .none
    switch self.kind {
    case .web(.system): tls.trustRoots = .default
    case .web(.certificates(let text)):
      guard let roots = try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8)), !roots.isEmpty else {
        throw UpstreamSecurityError.unusableCertificates
      }
      tls.trustRoots = .certificates(roots)
    case .svid:
      // The SPIFFE ID is what counts, and the callback looks at that.
      tls.certificateVerification = .noHostnameVerification
      try Self.add(identity, to: &tls)
    }
    return tls
  }

  private static func add(
    _ identity: TransportIdentity?, to tls: inout TLSConfiguration
  ) throws {
    guard let identity else { throw UpstreamSecurityError.noIdentity }
    do {
      tls.certificateChain = try identity.chain.map {
        .certificate(try NIOSSLCertificate(bytes: $0, format: .der))
      }
      tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: identity.privateKey, format: .der))
    } catch {
      throw UpstreamSecurityError.unusableIdentity
    }
  }
}
