extension LogPosition {
  /// The position as one number that grows along the log, for indexes and wire formats: 24 bits of
  /// segment, 39 of offset. `nil` beyond that, which no log reaches.
  package var ordinal: Int64? {
    guard self.segment < 1 << 24, self.offset < 1 << 39 else { return nil }
    return Int64(self.segment << 39 | self.offset)
  }

  /// - Parameter ordinal: what `ordinal` gave; negative numbers are `nil`.
  package init?(ordinal: Int64) {
    guard ordinal >= 0 else { return nil }
    let bits = UInt64(ordinal)
    self.init(segment: bits >> 39, offset: bits & (1 << 39 - 1))
  }
}
