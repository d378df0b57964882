import Synchronization

/// Whether the gateway takes connections, as its listener and its program say.
package final class ServingState: Sendable {
  /// A listener that takes the place of another begins before that one ends.
  private let listeners = Atomic(0)
  private let draining = Atomic(false)

  package init() {}

  package var isListening: Bool { self.listeners.load(ordering: .relaxed) > 0 || self.isDraining }
  package var isDraining: Bool { self.draining.load(ordering: .relaxed) }

  /// A listener accepts connections.
  package func listens() { self.listeners.add(1, ordering: .relaxed) }

  /// A listener that did accepts no more. With the last one the gateway is ending: what is under way
  /// goes on, and nothing new should come.
  package func drains() {
    guard self.listeners.subtract(1, ordering: .relaxed).newValue <= 0 else { return }
    self.draining.store(true, ordering: .relaxed)
  }
}
