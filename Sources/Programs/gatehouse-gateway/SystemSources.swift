import Credentials
import Glibc

/// The system's wall clock.
struct SystemClock: WallClock {
  func now() -> Instant { Instant(milliseconds: Self.milliseconds(CLOCK_REALTIME)) }

  /// Milliseconds since the machine was started, its sleep included; nobody can set them.
  static func uptime() -> Int64 { Self.milliseconds(CLOCK_BOOTTIME) }

  private static func milliseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

extension RandomSource {
  /// The system's cryptographic generator, in blocks where many numbers are wanted.
  static let system = RandomSource(
    {
      var generator = SystemRandomNumberGenerator()
      return generator.next()
    },
    block: { count in
      var words = [UInt64](repeating: 0, count: count)
      // At most 256 bytes at once; without them the numbers come one by one.
      let isFilled = words.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { getentropy($0, buffer.count) == 0 } ?? false
      }
      return isFilled ? words : []
    })
}
