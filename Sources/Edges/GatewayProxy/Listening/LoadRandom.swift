/// A fast generator (xorshift64*) for choosing among endpoints.
struct LoadRandom {
  private var state: UInt64

  /// - Parameter seed: 16 hexadecimal digits.
  init(seed: String) {
    self.state = (UInt64(seed, radix: 16) ?? 0) | 1
  }

  mutating func next() -> UInt64 {
    self.state ^= self.state >> 12
    self.state ^= self.state << 25
    self.state ^= self.state >> 27
    return self.state &* 0x2545_F491_4F6C_DD1D
  }
}
