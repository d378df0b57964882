/// How often something was done in a while, and how long it took.
struct Measurement: CustomStringConvertible {
  private let count: Int
  private let elapsed: Duration
  private let latencies: [Duration]

  /// Does the work again and again in several tasks; an error ends the measurement.
  static func take(
    seconds: Int64, tasks: Int, _ work: @escaping @Sendable () async throws -> Void
  ) async throws -> Measurement {
    try await work()
    let clock = ContinuousClock()
    let start = clock.now
    let end = start.advanced(by: .seconds(seconds))
    let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
      for _ in 0..<tasks {
        group.addTask {
          var own: [Duration] = []
          while clock.now < end {
            let before = clock.now
            try await work()
            own.append(before.duration(to: clock.now))
          }
          return own
        }
      }
      var all: [Duration] = []
      for try await own in group { all += own }
      return all.sorted()
    }
    return Measurement(
      count: latencies.count, elapsed: start.duration(to: clock.now), latencies: latencies)
  }

  var description: String {
    let rate = Double(self.count) / (self.elapsed / .seconds(1))
    return "\(Int(rate))/s p50 \(self.milliseconds(0.5)) ms p99 \(self.milliseconds(0.99)) ms"
  }

  private func milliseconds(_ share: Double) -> Double {
    guard !self.latencies.isEmpty else { return 0 }
    let index = min(self.latencies.count - 1, Int(Double(self.latencies.count) * share))
    return (self.latencies[index] / .milliseconds(1) * 100).rounded() / 100
  }
}
