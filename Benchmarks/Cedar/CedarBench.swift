import CedarPolicy
import FoundationEssentials
import Glibc

/// Times decisions of CedarPolicy for `Benchmarks/run cedar`, and prints one JSON object.
///
///     cedar-bench FOLDER    with policies-0.cedar and so on, entities.json and requests.jsonl
@main
struct CedarBench {
  private struct Report: Encodable {
    /// Microseconds for one decision with reasons and errors.
    let median, p99: Double
    /// Microseconds for a decision alone.
    let decisionMedian: Double
    let compileMilliseconds: Double
    /// Satisfied and failing policies for one request, on average.
    let satisfied: Double
    let allowed: Double
    let decisions: [String]
  }

  static func main() throws {
    guard CommandLine.arguments.count == 2 else {
      print("usage: cedar-bench FOLDER")
      exit(2)
    }
    let input = try BenchInput(folder: CommandLine.arguments[1])
    let clock = ContinuousClock()
    let start = clock.now
    let compiled = CompiledPolicies(input.policies, entities: input.entities)
    let compiling = start.duration(to: clock.now)
    let responses = input.requests.map { compiled.isAuthorized($0) }
    let outcomes = input.requests.reduce(0) { $0 + compiled.outcomes($1).count }
    let full = times(input.requests) { compiled.isAuthorized($0).decision }
    let bare = times(input.requests) { compiled.decision($0) }
    let count = Double(max(1, input.requests.count))
    let report = Report(
      median: percentile(full, 0.5), p99: percentile(full, 0.99),
      decisionMedian: percentile(bare, 0.5), compileMilliseconds: compiling / .milliseconds(1),
      satisfied: Double(outcomes) / count,
      allowed: Double(responses.count { $0.decision == .allow }) / count,
      decisions: responses.map(\.decision.rawValue))
    print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }

  /// Microseconds for each request, reading the clock included. All requests are gone through
  /// several times, so that other work on the machine falls on some samples only.
  private static func times(_ requests: [Request], _ decide: (Request) -> Decision) -> [Double] {
    let clock = ContinuousClock()
    var allowed = 0
    var samples: [Double] = []
    samples.reserveCapacity(requests.count * 50)
    for _ in 0..<50 {
      for request in requests {
        let start = clock.now
        if decide(request) == .allow { allowed += 1 }
        samples.append(start.duration(to: clock.now) / .microseconds(1))
      }
    }
    // What is never used might never be computed.
    if allowed < 0 { print(allowed) }
    return samples.sorted()
  }

  private static func percentile(_ sorted: [Double], _ share: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }
}
