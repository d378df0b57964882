/// The buckets of every latency histogram: 1, 2, 3, 4, 6, 8, 12, ... microseconds up to 67 seconds, two
/// to each doubling, so that a duration is known to within a third and its bucket is found without a
/// search.
enum LatencyBuckets {
  /// How many there are, the one without a bound included.
  static let count = 53

  /// The bucket that holds a duration; its bound is the smallest one that the duration does not exceed.
  static func index(nanoseconds: UInt64) -> Int {
    let microseconds = nanoseconds / 1000 &+ (nanoseconds % 1000 == 0 ? 0 : 1)
    guard microseconds > 1 else { return 0 }
    let offset = microseconds &- 1
    let octave = 63 &- offset.leadingZeroBitCount
    guard octave > 0 else { return 1 }
    guard octave <= Self.lastOctave else { return Self.count &- 1 }
    let half = Int(truncatingIfNeeded: (offset >> UInt64(octave &- 1)) & 1)
    return 2 &* octave &+ half
  }

  /// The upper bounds in microseconds of all buckets but the last, which has none.
  static let bounds: [UInt64] =
    [1, 2]
    + (1...Self.lastOctave).flatMap { [UInt64(3) << UInt64($0 - 1), UInt64(2) << UInt64($0)] }

  private static let lastOctave = 25
}
