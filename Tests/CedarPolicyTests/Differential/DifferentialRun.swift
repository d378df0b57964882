import Foundation
import Testing

/// The cases of a run; their seeds follow each other.
///
/// `GATEHOUSE_DIFFERENTIAL` says how many requests, `GATEHOUSE_DIFFERENTIAL_SEED` with which case
/// to begin: a difference names the seed of its case, so that the case can be run alone.
struct DifferentialRun: Sendable, CustomTestStringConvertible {
  static let requestsPerCase = 12
  private static let casesPerBatch = 250

  let seeds: Range<Int>

  var testDescription: String {
    "seeds \(seeds.lowerBound) to \(seeds.upperBound - 1), \(Self.requestsPerCase) requests each"
  }

  /// Cases that are asked in one go.
  var batches: [Range<Int>] {
    stride(from: seeds.lowerBound, to: seeds.upperBound, by: Self.casesPerBatch)
      .map { $0..<min($0 + Self.casesPerBatch, seeds.upperBound) }
  }

  static let asked: DifferentialRun = {
    let cases = max(1, (number("GATEHOUSE_DIFFERENTIAL") ?? 3000) / requestsPerCase)
    let first = number("GATEHOUSE_DIFFERENTIAL_SEED") ?? 1
    return DifferentialRun(seeds: first..<(first + cases))
  }()

  /// How to run one case alone.
  static func repetition(of seed: Int) -> String {
    "GATEHOUSE_DIFFERENTIAL_SEED=\(seed) GATEHOUSE_DIFFERENTIAL=1"
  }

  private static func number(_ variable: String) -> Int? {
    ProcessInfo.processInfo.environment[variable].flatMap(Int.init)
  }
}
