import Credentials

/// How long to wait before the next attempt: doubling up to a cap, each time a random part of it, so
/// that many gateways do not return at once.
struct Backoff {
  private static let first: Int64 = 100
  private static let longest: Int64 = 5_000

  private var ceiling = Self.first
  private var random: RandomSource

  init(random: RandomSource) {
    self.random = random
  }

  mutating func next() -> Duration {
    defer { self.ceiling = min(self.ceiling * 2, Self.longest) }
    return .milliseconds(Int64.random(in: (self.ceiling / 2)...self.ceiling, using: &self.random))
  }

  mutating func reset() { self.ceiling = Self.first }
}
