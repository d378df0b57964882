import Credentials
import NIOCore
import Synchronization

/// Why a request ends before its answer does.
enum AbortReason: String, Sendable {
  case clientGone = "client-gone"
  case revoked = "credential-revoked"

  /// For the event of the request.
  var reason: Reason { Reason(code: self.rawValue, message: self.message) }

  private var message: String {
    switch self {
    case .clientGone: "the client closed the connection"
    case .revoked: "the credential was revoked while the request was under way"
    }
  }
}

/// Tells the request that is under way on a connection to end at once, and why.
final class AbortSignal: Sendable {
  private struct State {
    var reason: AbortReason?
    var current: AsyncStream<AbortReason>.Continuation?
  }

  private let state = Mutex(State())

  init(watching channel: any Channel) {
    channel.closeFuture.whenComplete { _ in self.fire(.clientGone) }
  }

  /// Why the connection is over, if it is. The first reason stays.
  var reason: AbortReason? { self.state.withLock { $0.reason } }

  /// Begins a request; what aborts it comes out of the stream.
  func begin() -> AsyncStream<AbortReason> {
    let (stream, abort) = AsyncStream<AbortReason>.makeStream(bufferingPolicy: .bufferingOldest(1))
    let reason = self.state.withLock { state in
      state.current = abort
      return state.reason
    }
    if let reason { abort.yield(reason) }
    return stream
  }

  func fire(_ reason: AbortReason) {
    let current = self.state.withLock { state in
      if state.reason == nil { state.reason = reason }
      return state.current
    }
    current?.yield(reason)
  }
}
