import NIOCore
import Synchronization

/// Why a request ends before its answer does.
enum AbortReason: String, Sendable {
  case clientGone = "client-gone"
  case revoked = "credential-revoked"

  var message: String {
    switch self {
    case .clientGone: "the client closed the connection"
    case .revoked: "the credential was revoked while the request was under way"
    }
  }
}

/// Tells the request that is under way on a connection to end at once.
final class AbortSignal: Sendable {
  private struct State {
    var isGone = false
    var current: AsyncStream<AbortReason>.Continuation?
  }

  private let state = Mutex(State())

  init(watching channel: any Channel) {
    channel.closeFuture.whenComplete { _ in self.connectionClosed() }
  }

  /// Begins a request; what aborts it comes out of the stream.
  func begin() -> (stream: AsyncStream<AbortReason>, abort: AsyncStream<AbortReason>.Continuation) {
    let (stream, abort) = AsyncStream<AbortReason>.makeStream(bufferingPolicy: .bufferingOldest(1))
    let isGone = self.state.withLock { state in
      state.current = abort
      return state.isGone
    }
    if isGone { abort.yield(.clientGone) }
    return (stream, abort)
  }

  private func connectionClosed() {
    let current = self.state.withLock { state in
      state.isGone = true
      return state.current
    }
    current?.yield(.clientGone)
  }
}
