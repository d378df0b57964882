import Credentials
import Inspection
import NIOCore

/// When host names are looked up, and which addresses they have: the last good answer stays until a
/// better one comes.
struct ResolutionSchedule {
  /// Beyond this many addresses of one name, the rest is left out.
  static let mostAddresses = 16
  private static let firstBackoff: Int64 = 1

  private struct Record {
    var addresses: [SocketAddress] = []
    var due: NIODeadline
    var isAsked = false
    var failures = 0
  }

  /// What came of one answer.
  enum Outcome: Hashable {
    case unchanged
    case changed
    /// There was no usable answer; `isKnown` tells whether an older one stays in use.
    case failed(isKnown: Bool)
  }

  private let refresh: Int64
  private var random: RandomSource
  private var records: [Upstream.Origin: Record] = [:]

  /// - Parameter refresh: seconds from one look-up to the next.
  init(names: [Upstream.Origin], refresh: Int64, at now: NIODeadline, random: RandomSource) {
    self.refresh = refresh
    self.random = random
    for name in names { self.records[name] = Record(due: now) }
  }

  func addresses(of name: Upstream.Origin) -> [SocketAddress] {
    self.records[name]?.addresses ?? []
  }

  /// Those to look up now. Each is answered with `answered` before it is looked up again.
  mutating func due(at now: NIODeadline) -> [Upstream.Origin] {
    var due: [Upstream.Origin] = []
    for (name, record) in self.records where !record.isAsked && record.due <= now {
      self.records[name]?.isAsked = true
      due.append(name)
    }
    return due
  }

  /// - Parameter addresses: what was found; nothing is a failure too.
  mutating func answered(
    _ name: Upstream.Origin, _ addresses: [SocketAddress], at now: NIODeadline
  ) -> Outcome {
    guard var record = self.records[name] else { return .unchanged }
    defer { self.records[name] = record }
    record.isAsked = false
    let usable = AddressRules.usable(addresses, of: name.host).prefix(Self.mostAddresses)
    guard !usable.isEmpty else {
      record.failures = min(record.failures + 1, 16)
      record.due = now + self.backoff(record.failures).jittered(&self.random)
      return .failed(isKnown: !record.addresses.isEmpty)
    }
    record.failures = 0
    record.due = now + TimeAmount.seconds(self.refresh).jittered(&self.random)
    guard record.addresses != Array(usable) else { return .unchanged }
    record.addresses = Array(usable)
    return .changed
  }

  var nextDue: NIODeadline? {
    self.records.values.filter { !$0.isAsked }.map(\.due).min()
  }

  /// A second, then twice as long each time, up to the time of a refresh.
  private func backoff(_ failures: Int) -> TimeAmount {
    let seconds = Self.firstBackoff << Int64(min(failures - 1, 16))
    return .seconds(min(max(1, seconds), self.refresh))
  }
}
