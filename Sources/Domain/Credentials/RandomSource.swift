/// Where identifiers take their randomness from. A program gives the system's generator, a test its
/// own.
package struct RandomSource: RandomNumberGenerator, Sendable {
  private let source: @Sendable () -> UInt64
  private let block: (@Sendable (Int) -> [UInt64])?

  package init(_ source: @escaping @Sendable () -> UInt64) {
    self.source = source
    self.block = nil
  }

  /// - Parameter block: as many numbers as asked for, for less than one by one.
  package init(
    _ source: @escaping @Sendable () -> UInt64,
    block: @escaping @Sendable (Int) -> [UInt64]
  ) {
    self.source = source
    self.block = block
  }

  package mutating func next() -> UInt64 { self.source() }

  /// As many numbers as asked for, at least one.
  package func words(_ count: Int) -> [UInt64] {
    if let words = self.block?(count), !words.isEmpty { return words }
    return (0..<max(1, count)).map { _ in self.source() }
  }
}
