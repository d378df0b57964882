package import Inspection
package import NIOCore
package import NIOSSL
import Synchronization

/// One address of a service, to which connections are made.
package final class Endpoint: Sendable {
  /// Unique in the process, and never used again.
  package struct ID: Hashable, Sendable {
    private let number: UInt64
    private static let last = Atomic<UInt64>(0)

    static func next() -> ID {
      ID(number: Self.last.wrappingAdd(1, ordering: .relaxed).newValue)
    }
  }

  package let id: ID
  /// The service's name.
  package let service: String
  /// What the manifest says; a name may have several endpoints.
  package let origin: Upstream.Origin
  package let address: SocketAddress
  /// The value of Host: the service sees the authority that it was configured by.
  package let authority: String
  package let isSecure: Bool
  /// `nil`: the gateway's own.
  package let connectTimeout: TimeAmount?
  /// `nil`: the gateway's own.
  package let idleTimeout: TimeAmount?

  private let serverName: String?
  private let security: UpstreamSecurity?
  private let startedCount = Atomic<Int>(0)
  private let endedCount = Atomic<Int>(0)
  private let isSuspectFlag = Atomic<Bool>(false)
  private let isRetiredFlag = Atomic<Bool>(false)

  init(
    service: String, upstream: Upstream, origin: Upstream.Origin, address: SocketAddress,
    security: UpstreamSecurity?
  ) {
    self.id = ID.next()
    self.service = service
    self.origin = origin
    self.address = address
    self.authority = upstream.authority(of: origin)
    self.isSecure = security != nil
    self.connectTimeout = upstream.connectTimeout.map { .seconds($0) }
    self.idleTimeout = upstream.idleTimeout.map { .seconds($0) }
    // An address is no server name (RFC 6066 section 3); its certificate must then name the address.
    let isName = (try? SocketAddress(ipAddress: origin.host, port: 0)) == nil
    self.serverName = isName ? origin.host : nil
    self.security = security
  }

  /// A handler that does TLS as the service's manifest demands, for one connection; `nil` for plaintext.
  /// It comes first in the pipeline, and writes wait in it for the handshake. The connection fails
  /// unless the endpoint proves who it is.
  /// - Throws: when the gateway lacks what it needs: roots that can be read, or its own SVID.
  package func makeTLSHandler() throws -> NIOSSLClientHandler? {
    try self.security?.makeHandler(serverName: self.serverName)
  }

  /// Whether the service has this endpoint no more: idle connections to it may be closed.
  package var isRetired: Bool { self.isRetiredFlag.load(ordering: .relaxed) }

  /// Requests that have begun and not ended.
  package var outstanding: Int {
    max(0, self.started &- self.endedCount.load(ordering: .relaxed))
  }

  var started: Int { self.startedCount.load(ordering: .relaxed) }
  /// Whether something failed since the last success.
  var isSuspect: Bool { self.isSuspectFlag.load(ordering: .relaxed) }

  func began() { self.startedCount.wrappingAdd(1, ordering: .relaxed) }
  func ended() { self.endedCount.wrappingAdd(1, ordering: .relaxed) }
  func setSuspect(_ isSuspect: Bool) { self.isSuspectFlag.store(isSuspect, ordering: .relaxed) }
  func retire() { self.isRetiredFlag.store(true, ordering: .relaxed) }
}
