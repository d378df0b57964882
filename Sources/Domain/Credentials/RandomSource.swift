/// Where identifiers take their randomness from. A program gives the system's generator, a test its
/// own.
package struct RandomSource: RandomNumberGenerator, Sendable {
  private let source: @Sendable () -> UInt64

  package init(_ source: @escaping @Sendable () -> UInt64) {
    self.source = source
  }

  package mutating func next() -> UInt64 { self.source() }
}
