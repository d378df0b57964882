import Credentials
import Synchronization

/// The use cases of the node agent: it finds out who calls, and hands each process the credentials
/// of the identities that it earns.
///
/// All input and output is behind ports. `run()` must be running for changes to reach open streams.
package final class NodeAgent: Sendable {
  /// The attestor's name in the evidence of an identity that is bound to a single process.
  package static let boundAttestor = "bound-process"

  let node: String
  let attestor: any WorkloadAttestor
  let issuer: any IdentityIssuer
  let clock: any AlarmClock
  let ownUID: OwnUIDRule
  let signal = ChangeSignal()
  let bound = BoundIdentities()
  let warnedPaths = WarnedPaths()

  /// - Parameters:
  ///   - node: the identifier of this machine, which becomes part of the evidence.
  ///   - ownUID: what processes of the agent's own user earn.
  package init(
    node: String, attestor: any WorkloadAttestor, issuer: any IdentityIssuer,
    clock: any AlarmClock, ownUID: OwnUIDRule
  ) {
    self.node = node
    self.attestor = attestor
    self.issuer = issuer
    self.clock = clock
    self.ownUID = ownUID
  }

  /// Passes the issuer's changes on to every open stream, until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      let changes = self.issuer.changes()
      // What happened before the feed was followed is not known.
      self.signal.raise()
      for await _ in changes { self.signal.raise() }
      try? await self.clock.sleep(until: self.clock.now().advanced(bySeconds: 1))
    }
  }

  /// What one connection's process is served by. Its keys are forgotten with it.
  package func session(for peer: PeerProcess) -> PeerSession {
    PeerSession(agent: self, peer: peer, refusal: nil)
  }

  /// A session that refuses each call for the reason given, and records it: of the process nothing
  /// is known but what the kernel said, and its start time is given as 0.
  package func session(
    for credentials: PeerCredentials, connection: UInt64, refusal: AttestationRefusal
  ) -> PeerSession {
    let peer = PeerProcess(
      pid: credentials.pid, uid: credentials.uid, gid: credentials.gid, startTime: 0,
      connection: connection, handle: nil)
    return PeerSession(agent: self, peer: peer, refusal: refusal)
  }

  /// Gives an identity to a single process: that process receives this identity and no other, and
  /// no other process ever receives it, whatever its evidence. An earlier binding of the same
  /// identity ends.
  package func bind(_ identity: EntitledIdentity, to process: ProcessIdentity) {
    self.bound.bind(identity, to: process)
    self.signal.raise()
  }

  /// Ends what `bind` began, when the process has ended. Should it still run, it earns nothing more.
  package func unbind(_ process: ProcessIdentity) {
    self.bound.unbind(process)
    self.signal.raise()
  }
}

/// The executables whose use of the agent's own user has been warned of.
final class WarnedPaths: Sendable {
  private static let maximumCount = 1024
  private let paths = Mutex<Set<String>>([])

  /// Whether the path is new.
  func insert(_ path: String) -> Bool {
    self.paths.withLock { paths in
      paths.count < Self.maximumCount && paths.insert(path).inserted
    }
  }
}
