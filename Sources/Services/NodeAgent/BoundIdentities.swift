import SPIFFE
import Synchronization

/// Identities that belong to single processes, whatever the evidence says.
final class BoundIdentities: Sendable {
  private struct State {
    var identities: [ProcessIdentity: EntitledIdentity] = [:]
    /// Every SPIFFE ID that was ever bound: a process that has ended does not free it for others.
    var reserved: Set<SPIFFEID> = []
    /// Processes whose identity was taken back. One that still runs must not earn another by its
    /// user, which is the agent's own.
    var spent: Set<ProcessIdentity> = []
  }

  private let state = Mutex(State())

  func bind(_ identity: EntitledIdentity, to process: ProcessIdentity) {
    self.state.withLock { state in
      for (former, held) in state.identities where held.id == identity.id {
        state.identities[former] = nil
        state.spent.insert(former)
      }
      state.identities[process] = identity
      state.spent.remove(process)
      state.reserved.insert(identity.id)
    }
  }

  func unbind(_ process: ProcessIdentity) {
    self.state.withLock { state in
      guard state.identities.removeValue(forKey: process) != nil else { return }
      state.spent.insert(process)
    }
  }

  func identity(of process: ProcessIdentity) -> EntitledIdentity? {
    self.state.withLock { $0.identities[process] }
  }

  /// Whether the process had an identity of its own, and has none any more.
  func isSpent(_ process: ProcessIdentity) -> Bool {
    self.state.withLock { $0.spent.contains(process) }
  }

  /// Leaves out what belongs to a single process.
  func withoutReserved(_ identities: [EntitledIdentity]) -> [EntitledIdentity] {
    let reserved = self.state.withLock { $0.reserved }
    return reserved.isEmpty ? identities : identities.filter { !reserved.contains($0.id) }
  }
}
