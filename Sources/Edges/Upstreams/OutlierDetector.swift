import Inspection
import NIOCore

/// Takes endpoints out whose requests fail one after the other, for a time that grows with each
/// repetition.
struct OutlierDetector {
  private struct Record {
    var failures = 0
    /// How often it was taken out lately.
    var ejections = 0
    var ejectedUntil: NIODeadline?
    var returned = NIODeadline.distantPast
  }

  /// The longest time, in multiples of the first.
  private static let mostGrowth = 10

  private let rule: Upstream.OutlierRule
  private var records: [Endpoint.ID: Record] = [:]

  init(_ rule: Upstream.OutlierRule) {
    self.rule = rule
  }

  /// - Parameter count: how many endpoints there are.
  /// - Returns: until when it is out, if that failure was the one too many.
  mutating func failed(
    _ id: Endpoint.ID, at now: NIODeadline, among count: Int
  ) -> NIODeadline? {
    var record = self.records[id, default: Record()]
    record.failures = min(record.failures + 1, self.rule.consecutiveFailures)
    defer { self.records[id] = record }
    guard record.ejectedUntil == nil, record.failures >= self.rule.consecutiveFailures,
      self.ejectedCount < self.mostEjected(of: count)
    else { return nil }
    record.ejections = self.ejections(of: record, at: now) + 1
    record.failures = 0
    let factor = Int64(min(record.ejections, Self.mostGrowth))
    let until = now + .seconds(self.rule.ejection) * Int(factor)
    record.ejectedUntil = until
    return until
  }

  mutating func succeeded(_ id: Endpoint.ID) {
    self.records[id]?.failures = 0
  }

  /// Those whose time is over.
  mutating func returning(at now: NIODeadline) -> [Endpoint.ID] {
    var back: [Endpoint.ID] = []
    for (id, record) in self.records {
      guard let until = record.ejectedUntil, until <= now else { continue }
      self.records[id]?.ejectedUntil = nil
      self.records[id]?.returned = now
      back.append(id)
    }
    return back
  }

  /// When the next one comes back.
  var nextReturn: NIODeadline? { self.records.values.compactMap(\.ejectedUntil).min() }

  func ejectedUntil(_ id: Endpoint.ID) -> NIODeadline? { self.records[id]?.ejectedUntil }

  mutating func keep(_ ids: Set<Endpoint.ID>) {
    self.records = self.records.filter { ids.contains($0.key) }
  }

  private var ejectedCount: Int { self.records.values.count { $0.ejectedUntil != nil } }

  /// The only endpoint is never taken out. Of several, one may be, however small the percentage, unless
  /// that is 0.
  private func mostEjected(of count: Int) -> Int {
    guard count > 1, self.rule.maximumEjected > 0 else { return 0 }
    return max(1, count * self.rule.maximumEjected / 100)
  }

  /// Each quiet time as long as the first ejection makes one repetition forgotten.
  private func ejections(of record: Record, at now: NIODeadline) -> Int {
    guard record.ejections > 0, now > record.returned else { return record.ejections }
    let quiet = (now - record.returned).nanoseconds
    let forgotten = quiet / max(1, TimeAmount.seconds(self.rule.ejection).nanoseconds)
    return max(0, record.ejections - Int(clamping: forgotten))
  }
}
