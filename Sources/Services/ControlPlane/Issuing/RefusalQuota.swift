import Audit
import Credentials
import Synchronization

/// How many refusals of one caller are recorded one by one in a minute; of the others only the number
/// is. Whoever asks without end cannot fill the log, nor hide the refusals of somebody else.
final class RefusalQuota: Sendable {
  private struct Count {
    var recorded = 0
    var suppressed: Int64 = 0
  }

  private struct State {
    var minute: Int64 = 0
    /// Those without a name share one count.
    var counts: [String?: Count] = [:]
  }

  /// Refusals of an earlier minute that were only counted.
  struct Suppressed: Hashable, Sendable {
    let caller: String?
    let count: Int64
  }

  private let state = Mutex(State())

  static let perMinute = 120
  /// How many callers have a count of their own; the rest of a minute's callers share one.
  static let callers = 64

  /// Whether one more fits, and what of an earlier minute is still to be told.
  ///
  /// - Parameter caller: Who is refused, as somebody else vouches for it; `nil` for anybody.
  func admit(
    _ caller: String? = nil, at now: Instant
  ) -> (isWithin: Bool, suppressed: [Suppressed]) {
    let minute = now.seconds / 60
    return self.state.withLock { state in
      var earlier: [Suppressed] = []
      if state.minute != minute {
        earlier = Self.suppressed(state)
        state = State(minute: minute)
      }
      let hasOwn = state.counts[caller] != nil || state.counts.count < Self.callers
      let isWithin = Self.take(&state.counts[hasOwn ? caller : nil, default: Count()])
      return (isWithin, earlier)
    }
  }

  private static func take(_ count: inout Count) -> Bool {
    guard count.recorded < Self.perMinute else {
      count.suppressed += 1
      return false
    }
    count.recorded += 1
    return true
  }

  private static func suppressed(_ state: State) -> [Suppressed] {
    state.counts.filter { $0.value.suppressed > 0 }
      .map { Suppressed(caller: $0.key, count: $0.value.suppressed) }
      .sorted { ($0.caller ?? "") < ($1.caller ?? "") }
  }
}

extension RefusalQuota.Suppressed {
  /// The event that tells the number.
  func event(_ kind: String, serverName: String, _ now: Instant) -> AuditEvent {
    var event = AuditEvent(
      type: .limitExceeded, time: now, actor: .init(kind: .server, id: serverName))
    event.subject = .init(
      kind: kind, name: serverName, change: "suppressed \(self.count)", reason: self.caller)
    return event
  }
}
