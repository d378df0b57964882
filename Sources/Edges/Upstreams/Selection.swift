import Inspection

/// The endpoints among which requests are shared out, with what one draw needs. Immutable: a change
/// makes another one.
final class Selection: Sendable {
  /// Whether every endpoint is out, and all are used nevertheless.
  let isPanic: Bool
  let endpoints: [Endpoint]
  /// Sums of shares up to and with each endpoint.
  private let bounds: [UInt64]
  private let total: UInt64

  /// - Parameter shares: of the same count as `endpoints`.
  init(endpoints: [Endpoint], shares: [UInt64], isPanic: Bool) {
    var sum: UInt64 = 0
    var bounds: [UInt64] = []
    for share in shares {
      sum = sum &+ share
      bounds.append(sum)
    }
    self.endpoints = endpoints
    self.bounds = bounds
    self.total = sum
    self.isPanic = isPanic
  }

  static let empty = Selection(endpoints: [], shares: [], isPanic: false)

  /// Draws two by weight, and takes the one with fewer outstanding requests for its share.
  func choose(excluding excluded: [Endpoint.ID], random: UInt64) -> Endpoint? {
    if self.endpoints.count < 2 { return self.endpoints.first }
    let first = self.draw(random >> 32, excluding: excluded)
    let second = self.draw(random & 0xFFFF_FFFF, excluding: excluded)
    guard let first, let second, first != second else { return self.endpoint(first ?? 0) }
    return self.endpoint(self.load(of: second, isLessThan: first) ? second : first)
  }

  /// The place that 32 random bits fall on, or the next one that is not excluded, or the first if all
  /// are.
  private func draw(_ bits: UInt64, excluding excluded: [Endpoint.ID]) -> Int? {
    let point = bits.multipliedFullWidth(by: self.total)
    // 32 bits times a sum of shares, which is far below 2^32: what is above 32 bits is below the sum.
    let target = (point.high << 32) | (point.low >> 32)
    var place = 0
    for bound in self.bounds {
      if target < bound { break }
      place += 1
    }
    if excluded.isEmpty { return place }
    for step in self.endpoints.indices {
      let candidate = (place + step) % self.endpoints.count
      if let endpoint = self.endpoint(candidate), !excluded.contains(endpoint.id) {
        return candidate
      }
    }
    return place
  }

  private func endpoint(_ place: Int) -> Endpoint? {
    self.endpoints.indices.contains(place) ? self.endpoints[place] : self.endpoints.last
  }

  private func load(of second: Int, isLessThan first: Int) -> Bool {
    guard let left = self.endpoint(first), let right = self.endpoint(second) else { return false }
    let leftLoad = UInt64(clamping: left.outstanding).multipliedFullWidth(by: self.share(second))
    let rightLoad = UInt64(clamping: right.outstanding).multipliedFullWidth(by: self.share(first))
    return (rightLoad.high, rightLoad.low) < (leftLoad.high, leftLoad.low)
  }

  private func share(_ place: Int) -> UInt64 {
    guard self.bounds.indices.contains(place) else { return 1 }
    return place == 0 ? self.bounds[place] : self.bounds[place] &- self.bounds[place - 1]
  }
}
