import Credentials

/// The lines of one event loop that have not been written yet. Bounded: what finds no room is
/// counted, and nobody waits.
struct AccessLogBuffer {
  enum Outcome: Equatable {
    /// In the buffer. `isFirst` where it was empty before, and somebody has to be told.
    case buffered(isFirst: Bool)
    case suppressed
    case dropped
  }

  private let capacity: Int
  private let refusalsPerSecond: Int
  private var line = AccessLogLine()
  private(set) var bytes: [UInt8] = []
  private(set) var lines: UInt64 = 0
  private var second = Int64.min
  private var refusals = 0

  /// - Parameter capacity: bytes that may wait.
  init(capacity: Int, refusalsPerSecond: Int) {
    self.capacity = capacity
    self.refusalsPerSecond = refusalsPerSecond
  }

  mutating func append(_ entry: AccessLogEntry) -> Outcome {
    if entry.refusal != nil, !self.admitRefusal(entry.time.seconds) { return .suppressed }
    guard self.bytes.count < self.capacity else { return .dropped }
    let isFirst = self.bytes.isEmpty
    self.line.write(entry, into: &self.bytes)
    self.lines &+= 1
    return .buffered(isFirst: isFirst)
  }

  private mutating func admitRefusal(_ second: Int64) -> Bool {
    if second != self.second { (self.second, self.refusals) = (second, 0) }
    guard self.refusals < self.refusalsPerSecond else { return false }
    self.refusals += 1
    return true
  }

  /// Gives away what waits, and goes on with `empty`, whose room it uses again.
  mutating func take(leaving empty: inout [UInt8]) -> UInt64 {
    empty.removeAll(keepingCapacity: true)
    swap(&self.bytes, &empty)
    defer { self.lines = 0 }
    return self.lines
  }
}
