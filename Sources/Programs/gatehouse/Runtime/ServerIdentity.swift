import ControlPlane
import Credentials
import Crypto
import Enrollment
import Foundation
import SPIFFE
import SVIDTransport
import ServiceLifecycle
import Synchronization
import X509

/// The server's own X.509-SVID, with which gateways recognise it. Key and certificate are in memory
/// only, and are renewed at half of their life.
final class ServerIdentity: ServiceLifecycle.Service {
  private struct Held {
    var identity: TransportIdentity
    var renewAt: Instant
  }

  private let plane: ControlPlane
  private let id: SPIFFEID
  private let node: String
  private let clock: SystemClock
  private let held: Mutex<Held>

  init(plane: ControlPlane, id: SPIFFEID, node: String, clock: SystemClock) async throws {
    self.plane = plane
    self.id = id
    self.node = node
    self.clock = clock
    self.held = Mutex(try await Self.issue(plane, id, node, clock))
  }

  var current: TransportIdentity { self.held.withLock { $0.identity } }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await self.clock.sleep(until: self.held.withLock { $0.renewAt })
          let renewed = try await Self.issue(self.plane, self.id, self.node, self.clock)
          self.held.withLock { $0 = renewed }
        } catch {
          // The old one is good for half of its life; a cancelled sleep ends the loop.
          try? await Task.sleep(for: .seconds(5))
        }
      }
    }
  }

  private static func issue(
    _ plane: ControlPlane, _ id: SPIFFEID, _ node: String, _ clock: SystemClock
  ) async throws -> Held {
    let key = P256.Signing.PrivateKey(compactRepresentable: false)
    let now = clock.now()
    let issued = try await plane.svids.issueX509SVID(
      for: .init(id: id, workload: "server"), publicKey: Certificate.PublicKey(key.publicKey),
      evidence: Evidence(attestor: "own-process", facts: [:], node: node))
    let half = (issued.expiresAt.milliseconds - now.milliseconds) / 2
    return Held(
      identity: TransportIdentity(
        chain: issued.chain, privateKey: Array(key.derRepresentation)),
      renewAt: now.advanced(byMilliseconds: half))
  }
}
