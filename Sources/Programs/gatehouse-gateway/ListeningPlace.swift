import Gateway
import Synchronization

/// Where the gateway is to listen, which may change while it runs.
final class ListeningPlace: Sendable {
  private let address: Mutex<SocketAddressText>
  private let changed = Signal()
  private let fault = Mutex<String?>(nil)

  init(_ address: SocketAddressText) { self.address = Mutex(address) }

  var current: SocketAddressText { self.address.withLock { $0 } }

  /// Why nobody listens there, although it is wanted.
  var problem: String? { self.fault.withLock { $0 } }

  func note(problem: String?) { self.fault.withLock { $0 = problem } }

  func move(to address: SocketAddressText) {
    let isNew = self.address.withLock { current in
      defer { current = address }
      return current != address
    }
    if isNew { self.changed.raise() }
  }

  /// An element whenever it may have changed.
  func changes() -> AsyncStream<Void> { self.changed.follow() }
}
