import NIOCore
import Synchronization

/// Says when to tell of something that may come in floods: at once, and then once a minute, with how
/// often it came.
final class FloodNotice: Sendable {
  private struct State {
    var count = 0
    var next = NIODeadline.uptimeNanoseconds(0)
  }

  private let state = Mutex(State())
  private static let pause = TimeAmount.minutes(1)

  /// It came once more.
  /// - Returns: how often it came since it was told of; `nil` while that is kept.
  func count(at now: NIODeadline) -> Int? {
    self.state.withLock { state in
      state.count += 1
      guard state.next <= now else { return nil }
      defer { state = State(count: 0, next: now + Self.pause) }
      return state.count
    }
  }
}
