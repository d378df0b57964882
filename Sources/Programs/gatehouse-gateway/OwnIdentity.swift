import Credentials
import Gateway
import Logging
import SPIFFE
import SVIDTransport
import ServiceLifecycle
import Synchronization
import WorkloadAPIClient

/// The gateway's own X.509-SVID: from the Workload API, in memory, renewed as it is pushed.
final class OwnIdentity: Service {
  private struct Held {
    var identity: TransportIdentity
    var bundles: TrustBundleSet
  }

  private let client: WorkloadAPIClient
  private let trustDomain: TrustDomain
  private let logger: Logger
  private let changed = Signal()
  private let held = Mutex<Held?>(nil)

  init(client: WorkloadAPIClient, trustDomain: TrustDomain, logger: Logger) {
    self.client = client
    self.trustDomain = trustDomain
    self.logger = logger
  }

  /// The identity of the moment; waits until there is one.
  func current() async throws -> TransportIdentity {
    for await _ in self.changed.follow() {
      if let held = self.held.withLock({ $0 }) { return held.identity }
    }
    throw CancellationError()
  }

  /// The identity of the moment; for those who cannot wait.
  func identity() throws -> TransportIdentity {
    guard let held = self.held.withLock({ $0 }) else { throw WithoutIdentity() }
    return held.identity
  }

  /// Whom the gateway trusts, as of the moment.
  func bundles() throws -> TrustBundleSet {
    guard let held = self.held.withLock({ $0 }) else { throw WithoutIdentity() }
    return held.bundles
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      do {
        try await self.client.followX509Contexts(pause: { try await Task.sleep(for: $0) }) {
          self.take($0)
        }
      } catch is CancellationError {
      } catch {
        self.logger.critical(
          "the Workload API cannot serve this gateway", metadata: ["error": "\(error)"])
      }
    }
  }

  private func take(_ event: X509ContextEvent) {
    switch event {
    case .interrupted(let error):
      self.logger.warning("the Workload API is away", metadata: ["error": "\(error)"])
    case .withdrawn(let error):
      self.held.withLock { $0 = nil }
      self.logger.warning("this gateway has no identity", metadata: ["error": "\(error)"])
    case .current(let context):
      guard let svid = context.svids.first(where: { $0.id.trustDomain == self.trustDomain }) else {
        self.logger.error(
          "the Workload API offers no identity of the configured trust domain",
          metadata: ["trustDomain": "\(self.trustDomain)"])
        return
      }
      self.use(svid)
    }
  }

  private func use(_ svid: FetchedX509SVID) {
    do {
      let chain = [svid.chain.leaf] + svid.chain.intermediates
      let identity = TransportIdentity(
        chain: try chain.map { try $0.derEncoded() }, privateKey: svid.privateKey.reveal())
      let bundle = try TrustBundle(
        x509: svid.bundle, jwt: try JWTBundle(trustDomain: self.trustDomain, keys: []),
        sequence: nil, refreshHint: nil)
      let bundles = try TrustBundleSet([bundle])
      self.held.withLock { $0 = Held(identity: identity, bundles: bundles) }
      self.changed.raise()
    } catch {
      self.logger.error(
        "the identity that the Workload API offers cannot be used", metadata: ["error": "\(error)"])
    }
  }
}

struct WithoutIdentity: Error, CustomStringConvertible {
  let description = "this gateway has no identity of its own yet"
}
