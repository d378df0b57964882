import Credentials
import NodeAgent
import SPIFFE
import Synchronization
import Testing

/// An agent between an attestor and an issuer that the test controls.
struct AgentFixture: Sendable {
  let clock = ManualClock()
  let attestor = InMemoryAttestor()
  let issuer: InMemoryIssuer
  let agent: NodeAgent
  let warnings = Warnings()

  init(ownUser: OwnUser = .refused, lifetime: Int64 = 3600) throws {
    self.issuer = try InMemoryIssuer(clock: self.clock, lifetime: lifetime)
    let warnings = self.warnings
    let rule: OwnUIDRule =
      switch ownUser {
      case .refused: .refused(uid: Self.ownUID)
      case .allowed: .allowedWithWarning(uid: Self.ownUID) { warnings.add($0) }
      }
    self.agent = NodeAgent(
      node: "node-1", attestor: self.attestor, issuer: self.issuer, clock: self.clock,
      ownUID: rule)
  }

  enum OwnUser { case refused, allowed }

  static let ownUID: UInt32 = 500

  func session(pid: Int32 = 42, uid: UInt32 = 1000) -> PeerSession {
    self.agent.session(for: Self.peer(pid: pid, uid: uid))
  }

  static func peer(pid: Int32 = 42, uid: UInt32 = 1000) -> PeerProcess {
    PeerProcess(pid: pid, uid: uid, gid: uid, startTime: 7, connection: 1, handle: nil)
  }

  static func identity(_ name: String, hint: String? = nil, epoch: String = "") throws
    -> EntitledIdentity
  {
    EntitledIdentity(
      id: try SPIFFEID(parsing: "spiffe://example.org/\(name)"), workloadName: name,
      hint: hint ?? name, epoch: epoch)
  }

  /// Runs the agent and an open stream of X.509 contexts beside the test's body. The body gets what
  /// is delivered, and ends both by returning.
  func whileFollowing(
    _ session: PeerSession, _ body: (Deliveries) async throws -> Void
  ) async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: Delivery.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.agent.run() }
      await self.issuer.subscribed()
      group.addTask {
        do {
          try await session.followX509Context { continuation.yield(.context($0)) }
        } catch let refusal as WorkloadRefusal {
          continuation.yield(.ended(refusal))
        } catch {}
      }
      try await body(Deliveries(stream: stream))
      group.cancelAll()
    }
  }
}

/// What an open stream says, one thing after the other.
struct Deliveries: Sendable {
  let stream: AsyncStream<Delivery>

  func next() async -> Delivery? {
    for await delivery in self.stream { return delivery }
    return nil
  }
}

/// One thing that an open stream said.
enum Delivery: Sendable {
  case context(X509Context)
  case ended(WorkloadRefusal)

  var context: X509Context? { if case .context(let context) = self { context } else { nil } }
  var refusal: WorkloadRefusal? { if case .ended(let refusal) = self { refusal } else { nil } }
}

final class Warnings: Sendable {
  private let list = Mutex<[OwnUserWarning]>([])
  var all: [OwnUserWarning] { self.list.withLock { $0 } }
  func add(_ warning: OwnUserWarning) { self.list.withLock { $0.append(warning) } }
}

/// The refusal that the body ends with.
func refusal(of body: () async throws -> Void) async -> WorkloadRefusal? {
  do {
    try await body()
    return nil
  } catch {
    return error as? WorkloadRefusal
  }
}
