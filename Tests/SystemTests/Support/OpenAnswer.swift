import Synchronization

/// An answer that is read for as long as it goes on.
final class OpenAnswer: Sendable {
  private struct State {
    var bytes = 0
    var isEnded = false
  }

  private let state = Mutex(State())

  var bytes: Int { self.state.withLock { $0.bytes } }
  var isEnded: Bool { self.state.withLock { $0.isEnded } }

  /// Blocks until the server ends it, in order or not.
  func read(_ request: HTTPRequest, _ endpoint: Endpoint) throws {
    defer { self.state.withLock { $0.isEnded = true } }
    let socket = try Socket(to: .tcp(endpoint))
    try socket.send(request.bytes)
    while let bytes = try? socket.receive(), !bytes.isEmpty {
      self.state.withLock { $0.bytes += bytes.count }
    }
  }
}
