import Audit
import Credentials
import Synchronization

/// How many refusals are recorded one by one in a minute; of the others only the number is. Whoever
/// asks without end, without being anybody, cannot fill the log.
final class RefusalQuota: Sendable {
  private struct State {
    var minute: Int64 = 0
    var recorded = 0
    var suppressed: Int64 = 0
  }

  /// Refusals of an earlier minute that were only counted.
  struct Suppressed: Hashable, Sendable {
    let count: Int64
  }

  private let state = Mutex(State())

  static let perMinute = 120

  /// Whether one more fits, and what of an earlier minute is still to be told.
  func admit(at now: Instant) -> (isWithin: Bool, suppressed: Suppressed?) {
    let minute = now.seconds / 60
    return self.state.withLock { state in
      var earlier: Suppressed?
      if state.minute != minute {
        if state.suppressed > 0 { earlier = Suppressed(count: state.suppressed) }
        state = State(minute: minute)
      }
      guard state.recorded < Self.perMinute else {
        state.suppressed += 1
        return (false, earlier)
      }
      state.recorded += 1
      return (true, earlier)
    }
  }
}

extension RefusalQuota.Suppressed {
  /// The event that tells the number.
  func event(_ kind: String, serverName: String, _ now: Instant) -> AuditEvent {
    var event = AuditEvent(
      type: .limitExceeded, time: now, actor: .init(kind: .server, id: serverName))
    event.subject = .init(kind: kind, name: serverName, change: "suppressed \(self.count)")
    return event
  }
}
