import SPIFFE
import Synchronization

/// Identities that belong to single processes, whatever the evidence says.
final class BoundIdentities: Sendable {
  private struct State {
    var identities: [ProcessIdentity: EntitledIdentity] = [:]
    /// Every SPIFFE ID that was ever bound: a process that has ended does not free it for others.
    var reserved: Set<SPIFFEID> = []
  }

  private let state = Mutex(State())

  func bind(_ identity: EntitledIdentity, to process: ProcessIdentity) {
    self.state.withLock { state in
      state.identities = state.identities.filter { $0.value.id != identity.id }
      state.identities[process] = identity
      state.reserved.insert(identity.id)
    }
  }

  func unbind(_ process: ProcessIdentity) {
    self.state.withLock { _ = $0.identities.removeValue(forKey: process) }
  }

  func identity(of process: ProcessIdentity) -> EntitledIdentity? {
    self.state.withLock { $0.identities[process] }
  }

  /// Leaves out what belongs to a single process.
  func withoutReserved(_ identities: [EntitledIdentity]) -> [EntitledIdentity] {
    let reserved = self.state.withLock { $0.reserved }
    return reserved.isEmpty ? identities : identities.filter { !reserved.contains($0.id) }
  }
}
