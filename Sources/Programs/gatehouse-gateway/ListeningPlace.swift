import Gateway
import Synchronization

/// Where the gateway is to listen, which may change while it runs.
final class ListeningPlace: Sendable {
  private let address: Mutex<SocketAddressText>
  private let changed = Signal()

  init(_ address: SocketAddressText) { self.address = Mutex(address) }

  var current: SocketAddressText { self.address.withLock { $0 } }

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
