import Gateway
import NIOCore

/// How long the parts of a request took.
struct RequestTimes {
  let began: NIODeadline
  private(set) var inspection: UInt64?
  private var forwarded: NIODeadline?
  /// Nanoseconds from forwarding to the head of the answer.
  private(set) var upstream: UInt64?

  init() { self.began = .now() }

  mutating func inspected() { self.inspection = Self.nanoseconds(from: self.began, to: .now()) }

  mutating func wasForwarded(at now: NIODeadline) { self.forwarded = now }

  mutating func wasAnswered(at now: NIODeadline) {
    self.upstream = self.forwarded.map { Self.nanoseconds(from: $0, to: now) }
  }

  var upstreamMilliseconds: Int64? { self.upstream.map { Int64(clamping: $0 / 1_000_000) } }

  func total() -> UInt64 { Self.nanoseconds(from: self.began, to: .now()) }

  private static func nanoseconds(from: NIODeadline, to: NIODeadline) -> UInt64 {
    let (difference, isNegative) = to.uptimeNanoseconds.subtractingReportingOverflow(
      from.uptimeNanoseconds)
    return isNegative ? 0 : difference
  }
}
