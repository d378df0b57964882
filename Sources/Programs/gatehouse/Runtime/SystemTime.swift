import ControlPlane
import Credentials
import Glibc
import NodeAgent

/// The system's wall clock.
struct SystemClock: AlarmClock {
  func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  func sleep(until instant: Instant) async throws {
    let remaining = instant.milliseconds - self.now().milliseconds
    if remaining > 0 { try await Task.sleep(for: .milliseconds(remaining)) }
  }
}

extension Timing {
  static let system = Timing(clock: SystemClock()) { milliseconds in
    try await Task.sleep(for: .milliseconds(milliseconds))
  }
}

extension RandomSource {
  /// The system's cryptographic generator.
  static let system = RandomSource {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}
