import Synchronization

/// Whether the gateway takes connections, as its listener and its program say.
package final class ServingState: Sendable {
  private let listening = Atomic(false)
  private let draining = Atomic(false)

  package init() {}

  package var isListening: Bool { self.listening.load(ordering: .relaxed) }
  package var isDraining: Bool { self.draining.load(ordering: .relaxed) }

  /// The listener accepts connections.
  package func listens() { self.listening.store(true, ordering: .relaxed) }

  /// The gateway is ending: what is under way goes on, and nothing new should come.
  package func drains() { self.draining.store(true, ordering: .relaxed) }
}
