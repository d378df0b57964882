import Credentials
import Inspection
import NIOCore

/// When each endpoint is asked how it is, and what the answers mean.
struct HealthSchedule {
  private struct Record {
    var isHealthy = true
    /// Whether any answer has come.
    var isKnown = false
    /// Answers in a row that speak against `isHealthy`.
    var contradictions = 0
    var due: NIODeadline
    var isAsked = false
  }

  /// Within this time a new endpoint is asked first.
  private static let firstWait = TimeAmount.milliseconds(500)

  private let check: Upstream.HealthCheck
  private var random: RandomSource
  private var records: [Endpoint.ID: Record] = [:]

  init(_ check: Upstream.HealthCheck, random: RandomSource) {
    self.check = check
    self.random = random
  }

  /// Takes up new endpoints, and forgets those that are not among `ids`. One that is new counts as
  /// healthy until it was asked.
  mutating func follow(_ ids: Set<Endpoint.ID>, at now: NIODeadline) {
    self.records = self.records.filter { ids.contains($0.key) }
    for id in ids where self.records[id] == nil {
      self.records[id] = Record(due: now + Self.firstWait.part(&self.random))
    }
  }

  /// Those to ask now. Each is answered with `observed` before it is asked again.
  mutating func due(at now: NIODeadline) -> [Endpoint.ID] {
    var due: [Endpoint.ID] = []
    for (id, record) in self.records where !record.isAsked && record.due <= now {
      self.records[id]?.isAsked = true
      due.append(id)
    }
    return due
  }

  /// - Returns: whether it is healthy, if that has changed.
  mutating func observed(_ id: Endpoint.ID, isGood: Bool, at now: NIODeadline) -> Bool? {
    guard var record = self.records[id] else { return nil }
    defer { self.records[id] = record }
    record.isAsked = false
    record.due = now + TimeAmount.seconds(self.check.interval).jittered(&self.random)
    let isFirst = !record.isKnown
    record.isKnown = true
    guard isGood != record.isHealthy else {
      record.contradictions = 0
      return nil
    }
    record.contradictions += 1
    // The first answer decides alone: nothing else is known of that endpoint.
    let threshold = isGood ? self.check.healthyAfter : self.check.unhealthyAfter
    guard isFirst || record.contradictions >= threshold else { return nil }
    record.isHealthy = isGood
    record.contradictions = 0
    return isGood
  }

  /// When the next one is to be asked.
  var nextDue: NIODeadline? {
    self.records.values.filter { !$0.isAsked }.map(\.due).min()
  }
}
