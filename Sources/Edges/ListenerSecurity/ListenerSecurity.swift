package import Logging
package import NIOCore
import NIOSSL
import Synchronization

/// TLS at the gateway's listener: which certificate answers, what clients may use, and what is known
/// of a connection once its handshake is done.
///
/// Certificates are an immutable value that is replaced whole; each handshake uses the one of the
/// moment at which its connection was accepted.
package final class ListenerSecurity: Sendable {
  /// What became of a source when it was read again.
  package enum Change: Sendable, Hashable {
    case unchanged
    case replaced
    /// The certificate of before goes on being used.
    case kept(CertificateFault)
  }

  private struct Loaded {
    var digest: [UInt8]
    var certificate: ServerCertificate
    /// The fault of the last reading, so that it is logged once.
    var fault: CertificateFault?
  }

  private struct State {
    var loaded: [Loaded]
    var current: Current
  }

  /// What handshakes use.
  private struct Current: Sendable {
    let table: CertificateTable
    let configuration: TLSConfiguration
    /// Shared by connections, whose sessions may then be resumed among them.
    let context: NIOSSLContext
  }

  package let settings: ListenerSecuritySettings
  private let sources: [CertificateSource]
  private let logger: Logger
  private let state: Mutex<State>

  /// Reads all sources, which must all be usable. Blocks on files.
  ///
  /// - Parameters:
  ///   - sources: the first one answers clients that send no name, or none that is known.
  ///   - now: the time in Unix seconds.
  /// - Throws: ``CertificateFault``, with the source's name in ``UnusableCertificate``.
  package init(
    sources: [CertificateSource], settings: ListenerSecuritySettings, at now: Int64,
    logger: Logger
  ) throws {
    self.sources = sources
    self.settings = settings
    self.logger = logger
    let loaded = try sources.map { source in
      do throws(CertificateFault) {
        let material = try source.read()
        return Loaded(
          digest: material.digest,
          certificate: try ServerCertificate(material, hosts: source.hosts, at: now))
      } catch {
        throw UnusableCertificate(source: source.name, fault: error)
      }
    }
    let current = try Self.current(loaded.map(\.certificate), settings)
    self.state = Mutex(State(loaded: loaded, current: current))
  }

  /// Reads all sources again, and uses what is new and usable. Blocks on files: not for event loops.
  ///
  /// - Returns: what became of each source, in their order.
  @discardableResult
  package func reload(at now: Int64) -> [Change] {
    var loaded = self.state.withLock { $0.loaded }
    var changes: [Change] = []
    for index in self.sources.indices {
      changes.append(Self.reload(self.sources[index], into: &loaded[index], at: now))
    }
    if changes.contains(.replaced) {
      do {
        let current = try Self.current(loaded.map(\.certificate), self.settings)
        self.state.withLock { $0 = State(loaded: loaded, current: current) }
      } catch {
        changes = changes.map { $0 == .replaced ? .kept(.refusedByTLS) : $0 }
      }
    } else {
      self.state.withLock { $0.loaded = loaded }
    }
    for (source, change) in zip(self.sources, changes) { self.log(change, of: source) }
    return changes
  }

  /// The moment at which the first certificate expires, in Unix seconds.
  package var notAfter: Int64 { self.state.withLock { $0.current.table.notAfter } }

  /// Puts TLS into the pipeline of a connection that was just accepted. On its event loop.
  ///
  /// - Parameters:
  ///   - hooks: hear of the handshake's begin and end.
  ///   - onSecured: called once the handshake is done, before anything that the client sent can be
  ///     read; adds the handlers of the protocol that was negotiated. They are told of no
  ///     `channelActive`, which was before.
  /// - Throws: if the pipeline is closed already, or TLS has no memory.
  package func secure(
    _ channel: any Channel, hooks: HandshakeHooks = HandshakeHooks(),
    onSecured: @escaping (any Channel, SecuredConnection) throws -> Void
  ) throws {
    guard hooks.begin() else {
      channel.close(promise: nil)
      return
    }
    let record = HandshakeRecord()
    let watch = HandshakeWatch(
      record: record, timeout: self.settings.handshakeTimeout, hooks: hooks)
    do {
      let tls = try self.makeHandler(record)
      let completion = HandshakeCompletion(
        record: record, tls: tls, watch: watch, onSecured: onSecured)
      try channel.pipeline.syncOperations.addHandlers([watch, tls, completion])
    } catch {
      watch.end(.failed)
      throw error
    }
  }

  private func makeHandler(_ record: HandshakeRecord) throws -> NIOSSLServerHandler {
    let current = self.state.withLock { $0.current }
    var configuration = NIOSSLHandler.Configuration()
    // What one large answer needed is not kept for as long as the connection lasts.
    configuration.maximumPreservedOutboundBufferCapacity = 65_536
    switch self.settings.clientCertificates {
    case .notAsked:
      return NIOSSLServerHandler(context: current.context, configuration: configuration)
    case .asked:
      // Tickets are sealed with keys of the context, and there is no other way to have none: a
      // resumed session would show the leaf without its chain, and prove nothing anew.
      let context = try NIOSSLContext(configuration: current.configuration)
      return NIOSSLServerHandler(
        context: context,
        customVerificationCallback: { certificates, promise in record.take(certificates, promise) },
        configuration: configuration)
    }
  }

  private static func current(
    _ certificates: [ServerCertificate], _ settings: ListenerSecuritySettings
  ) throws -> Current {
    let table = try CertificateTable(certificates)
    let configuration = settings.configuration(certificate: table.standard) { values, promise in
      HandshakeRecord.choose(from: table, values, promise)
    }
    return Current(
      table: table, configuration: configuration,
      context: try NIOSSLContext(configuration: configuration))
  }

  private static func reload(
    _ source: CertificateSource, into loaded: inout Loaded, at now: Int64
  ) -> Change {
    do throws(CertificateFault) {
      let material = try source.read()
      let digest = material.digest
      guard digest != loaded.digest else {
        loaded.fault = nil
        return .unchanged
      }
      loaded = Loaded(
        digest: digest,
        certificate: try ServerCertificate(material, hosts: source.hosts, at: now))
      return .replaced
    } catch {
      guard loaded.fault != error else { return .unchanged }
      loaded.fault = error
      return .kept(error)
    }
  }

  private func log(_ change: Change, of source: CertificateSource) {
    switch change {
    case .unchanged: break
    case .replaced:
      self.logger.notice("server certificate replaced", metadata: ["source": "\(source.name)"])
    case .kept(let fault):
      self.logger.error(
        "server certificate not replaced; the one of before is still used",
        metadata: ["source": "\(source.name)", "reason": "\(fault)"])
    }
  }
}

/// A source of which no certificate can be used, at the start.
package struct UnusableCertificate: Error, Sendable, CustomStringConvertible {
  package let source: String
  package let fault: CertificateFault

  package var description: String { "certificate \(self.source): \(self.fault)" }
}
