import Credentials
import Crypto
import Enrollment
import NodeAgent
import SPIFFE
import Synchronization

/// An issuer whose every answer the test sets.
final class InMemoryIssuer: IdentityIssuer {
  struct Unreachable: Error {}

  private struct State {
    var identities: [EntitledIdentity] = []
    var isReachable = true
    var refusedWorkloads: Set<String> = []
    var authorities: [[UInt8]] = [[1]]
    var issued: [(workload: String, evidence: Evidence)] = []
    var asked = 0
    var refusals: [RefusedPeer] = []
    var subscriber: AsyncStream<Void>.Continuation?
    var subscriptions = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  private let clock: ManualClock
  let trustDomain: TrustDomain
  private let lifetime: Int64

  init(clock: ManualClock, lifetime: Int64 = 3600) throws {
    self.clock = clock
    self.lifetime = lifetime
    self.trustDomain = try TrustDomain(parsing: "example.org")
  }

  // What the test sets and looks at.

  var issued: [(workload: String, evidence: Evidence)] { self.state.withLock { $0.issued } }
  var asked: Int { self.state.withLock { $0.asked } }
  var subscriptions: Int { self.state.withLock { $0.subscriptions } }
  var refusals: [RefusedPeer] { self.state.withLock { $0.refusals } }

  func set(_ identities: [EntitledIdentity]) { self.state.withLock { $0.identities = identities } }
  func set(reachable: Bool) { self.state.withLock { $0.isReachable = reachable } }
  func refuse(_ workload: String) {
    self.state.withLock { _ = $0.refusedWorkloads.insert(workload) }
  }
  func set(authorities: [[UInt8]]) { self.state.withLock { $0.authorities = authorities } }

  func tellOfChange() { _ = self.state.withLock { $0.subscriber }?.yield() }

  func endFeed() { self.state.withLock { $0.subscriber }?.finish() }

  /// Returns when somebody follows the changes.
  func subscribed() async {
    await withCheckedContinuation { continuation in
      let isSubscribed = self.state.withLock { state in
        if state.subscriptions == 0 { state.waiting.append(continuation) }
        return state.subscriptions > 0
      }
      if isSubscribed { continuation.resume() }
    }
  }

  // The port.

  func identities(for evidence: Evidence) async throws -> [EntitledIdentity] {
    try self.state.withLock { state in
      state.asked += 1
      guard state.isReachable else { throw Unreachable() }
      return state.identities
    }
  }

  func issueX509SVID(
    for identity: EntitledIdentity, publicKey: P256.Signing.PublicKey, evidence: Evidence
  ) async throws -> X509SVIDGrant {
    let serial = try self.issue(identity, evidence)
    return X509SVIDGrant(
      certificates: [[UInt8(truncatingIfNeeded: serial)], [0]],
      expiresAt: self.clock.now().advanced(bySeconds: self.lifetime),
      id: try CredentialID("serial-\(serial)"))
  }

  func issueJWTSVID(
    for identity: EntitledIdentity, audience: [String], evidence: Evidence
  ) async throws -> JWTSVIDGrant {
    let serial = try self.issue(identity, evidence)
    return JWTSVIDGrant(
      token: "\(identity.workloadName) \(audience.joined(separator: ",")) \(serial)",
      expiresAt: self.clock.now().advanced(bySeconds: 300))
  }

  private func issue(_ identity: EntitledIdentity, _ evidence: Evidence) throws -> Int {
    try self.state.withLock { state in
      guard state.isReachable else { throw Unreachable() }
      guard !state.refusedWorkloads.contains(identity.workloadName) else {
        throw IssuanceRefusal(Reason(code: "forbidden", message: "a policy forbids it"))
      }
      state.issued.append((identity.workloadName, evidence))
      return state.issued.count
    }
  }

  func trustBundles() async throws -> TrustBundles {
    try self.state.withLock { state in
      guard state.isReachable else { throw Unreachable() }
      return TrustBundles(
        trustDomain: self.trustDomain, x509Authorities: [self.trustDomain: state.authorities],
        jwtKeySets: [self.trustDomain: Array(#"{"keys":[]}"#.utf8)])
    }
  }

  func changes() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let waiting = self.state.withLock { state in
      state.subscriber = continuation
      state.subscriptions += 1
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiter in waiting { waiter.resume() }
    return stream
  }

  func recordRefusal(_ refusal: RefusedPeer) async {
    self.state.withLock { $0.refusals.append(refusal) }
  }
}
