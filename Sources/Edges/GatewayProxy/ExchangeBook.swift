import Credentials
import Gateway
import HTTPMessages
import Inspection
import Synchronization

/// Keeps the account of one forwarded request, and hands it in once.
final class ExchangeBook: Sendable {
  private struct State {
    var answer = RequestRecord.Answer(status: nil)
    var forwarded: Instant?
    var isEnded = false
  }

  let record: RequestRecord
  private let gateway: Gateway
  private let passage: Gateway.Passage
  private let progress: BodyProgress
  private let aborts: AbortSignal
  private let state = Mutex(State())

  init(
    gateway: Gateway, passage: Gateway.Passage, record: RequestRecord, progress: BodyProgress,
    aborts: AbortSignal
  ) {
    self.gateway = gateway
    self.passage = passage
    self.record = record
    self.progress = progress
    self.aborts = aborts
  }

  func forwarded() {
    let now = self.gateway.clock.now()
    self.state.withLock { $0.forwarded = now }
  }

  /// The service's response has begun.
  func responded(_ status: Int) {
    let now = self.gateway.clock.now()
    self.state.withLock { state in
      state.answer.status = status
      if let forwarded = state.forwarded {
        state.answer.upstreamMilliseconds = max(0, now.milliseconds - forwarded.milliseconds)
      }
    }
  }

  func refused(_ refusal: Refusal) {
    self.responded(refusal.status.code)
    self.state.withLock { $0.answer.refusal = refusal }
  }

  func sent(_ count: Int) {
    self.state.withLock { $0.answer.bytesOut &+= UInt64(max(0, count)) }
  }

  /// Hands the account of a complete answer in; only the first call counts.
  func end() { self.handIn(interruption: nil) }

  /// Hands the account of an answer in that is not complete; only the first call counts.
  /// - Parameter reason: the reason unless the connection has one of its own.
  func interrupt(_ reason: Reason) {
    self.handIn(interruption: self.aborts.reason?.reason ?? reason)
  }

  private func handIn(interruption: Reason?) {
    let received = self.progress.received
    let answer = self.state.withLock { state -> RequestRecord.Answer? in
      guard !state.isEnded else { return nil }
      state.isEnded = true
      state.answer.bytesIn = received
      state.answer.interruption = interruption
      return state.answer
    }
    if let answer { self.gateway.end(self.passage, self.record, answer) }
  }
}
