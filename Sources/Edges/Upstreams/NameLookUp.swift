import Glibc
package import NIOCore
package import NIOPosix
import Synchronization

/// Looks up host names as the system does (hosts file, DNS), on threads of its own: the system's
/// function waits, and how long nobody can tell it.
package struct NameLookUp: Sendable {
  private let pool: NIOThreadPool

  /// - Parameter pool: started, and shut down by who made it.
  package init(pool: NIOThreadPool) {
    self.pool = pool
  }

  /// The addresses of a name; none if there is none, nobody answers, or the task is cancelled.
  package func addresses(of host: String, port: UInt16) async -> [SocketAddress] {
    let answer = Answer()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        answer.await(continuation)
        self.pool.submit { state in
          answer.give(state == .active ? Self.look(up: host, port: port) : [])
        }
      }
    } onCancel: {
      answer.give([])
    }
  }

  /// Given once: by the thread, or by who does not want to wait for it any more.
  private final class Answer: Sendable {
    private enum State {
      case open
      case awaited(CheckedContinuation<[SocketAddress], Never>)
      case given([SocketAddress])
      case done
    }

    private let state = Mutex(State.open)

    func await(_ continuation: CheckedContinuation<[SocketAddress], Never>) {
      let early: [SocketAddress]? = self.state.withLock { state in
        if case .given(let addresses) = state {
          state = .done
          return addresses
        }
        state = .awaited(continuation)
        return nil
      }
      if let early { continuation.resume(returning: early) }
    }

    func give(_ addresses: [SocketAddress]) {
      let waiting: CheckedContinuation<[SocketAddress], Never>? = self.state.withLock { state in
        switch state {
        case .open:
          state = .given(addresses)
          return nil
        case .awaited(let continuation):
          state = .done
          return continuation
        case .given, .done: return nil
        }
      }
      waiting?.resume(returning: addresses)
    }
  }

  /// First of the families that this machine has addresses of; on one that has none but loopback, of
  /// all.
  private static func look(up host: String, port: UInt16) -> [SocketAddress] {
    let reachable = Self.look(up: host, port: port, flags: AI_ADDRCONFIG)
    return reachable.isEmpty ? Self.look(up: host, port: port, flags: 0) : reachable
  }

  private static func look(up host: String, port: UInt16, flags: Int32) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = flags
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let first = found else { return [] }
    defer { freeaddrinfo(first) }
    var addresses: [SocketAddress] = []
    var next: UnsafeMutablePointer<addrinfo>? = first
    while let entry = next?.pointee, addresses.count < 256 {
      if let address = Self.address(entry) { addresses.append(address) }
      next = entry.ai_next
    }
    return addresses
  }

  private static func address(_ entry: addrinfo) -> SocketAddress? {
    guard let raw = UnsafeRawPointer(entry.ai_addr) else { return nil }
    switch entry.ai_family {
    case AF_INET: return SocketAddress(raw.loadUnaligned(as: sockaddr_in.self))
    case AF_INET6: return SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self))
    default: return nil
    }
  }
}
