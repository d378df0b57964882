import Credentials
package import Inspection
import Synchronization

/// The requests that are under way with a credential, so that they end when it is revoked.
package final class LiveRequests: Sendable {
  /// Names one request until it is over.
  package struct Ticket: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  private struct Entry {
    let subject: RevocationView.Subject
    let close: @Sendable () -> Void
  }

  private struct State {
    var next: UInt64 = 0
    var entries: [UInt64: Entry] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  package var count: Int { self.state.withLock { $0.entries.count } }

  /// - Parameter close: ends the request at once; called at most once, from any thread.
  package func enter(
    _ credential: VerifiedCredential, close: @escaping @Sendable () -> Void
  ) -> Ticket {
    self.state.withLock { state in
      state.next &+= 1
      state.entries[state.next] = Entry(subject: credential.revocationSubject, close: close)
      return Ticket(number: state.next)
    }
  }

  package func leave(_ ticket: Ticket) {
    self.state.withLock { _ = $0.entries.removeValue(forKey: ticket.number) }
  }

  /// Ends every request whose credential the world refuses; all have been told when this returns.
  package func closeRefused(by world: GatewayWorld) {
    let refused = self.state.withLock { state in
      let numbers = state.entries.filter { world.refuses($0.value.subject) }.map(\.key)
      return numbers.compactMap { state.entries.removeValue(forKey: $0) }
    }
    for entry in refused { entry.close() }
  }
}
