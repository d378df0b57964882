/// Which allowed requests are written. All gateways with the same seed choose the same traces, so
/// that a trace is in all of their logs or in none.
package struct AccessLogSampling: Hashable, Sendable {
  /// Of 2^64; nil for all.
  private let threshold: UInt64?
  private let seed: UInt64

  /// - Parameter rate: from 0 for none to 1 for all; what is outside counts as the nearer one.
  package init(rate: Double, seed: UInt64) {
    self.seed = seed
    if rate >= 1 {
      self.threshold = nil
    } else if rate > 0 {
      self.threshold = UInt64(rate * 0x1p63) &* 2
    } else {
      self.threshold = 0
    }
  }

  /// - Parameter id: of the trace; of the request where there is no trace.
  func takes(_ id: String) -> Bool {
    guard let threshold = self.threshold else { return true }
    guard threshold > 0 else { return false }
    return self.hash(id) < threshold
  }

  /// Trace ids come from clients and need not be random: FNV-1a, and SplitMix64's last steps.
  private func hash(_ id: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ self.seed
    for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    return hash ^ (hash >> 31)
  }
}
