import AuditStore
import Synchronization

/// What the control plane asked of the reporting side of a session.
final class ReportOrders: Sendable {
  private struct State {
    /// Where the control plane's copy of the log ends: its last event, or `nil` for none.
    var held: Held?
    var flushes: [UInt64] = []
  }

  enum Held {
    case nothing
    case upTo(Int64)
  }

  private let state = Mutex(State())
  let signal = Signal()

  /// Only the first answer of a session says where to go on.
  func resume(after position: Int64) {
    self.state.withLock { state in
      if state.held == nil { state.held = position < 0 ? .nothing : .upTo(position) }
    }
    self.signal.raise()
  }

  func flush(_ id: UInt64) {
    self.state.withLock { $0.flushes.append(id) }
    self.signal.raise()
  }

  var held: Held? { self.state.withLock { $0.held } }

  func takeFlushes() -> [UInt64] {
    self.state.withLock { state in
      defer { state.flushes = [] }
      return state.flushes
    }
  }
}
