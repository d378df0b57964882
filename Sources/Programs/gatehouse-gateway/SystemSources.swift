import Credentials
import Glibc

/// The system's wall clock.
struct SystemClock: WallClock {
  func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

extension RandomSource {
  /// The system's cryptographic generator.
  static let system = RandomSource {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}
