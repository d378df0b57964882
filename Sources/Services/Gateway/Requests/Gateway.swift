package import Credentials
package import HTTPMessages
package import Inspection

/// Decides requests, keeps track of those under way, and records every answer. The edge that reads
/// and writes bytes works through this.
package final class Gateway: Sendable {
  private let current: CurrentWorld
  private let live: LiveRequests
  private let seen: SeenCredentials
  private let recorder: RequestRecorder
  private let news: Signal
  private let random: RandomSource
  package let clock: any WallClock

  package init(
    current: CurrentWorld, live: LiveRequests, seen: SeenCredentials, recorder: RequestRecorder,
    news: Signal, random: RandomSource, clock: any WallClock
  ) {
    self.current = current
    self.live = live
    self.seen = seen
    self.recorder = recorder
    self.news = news
    self.random = random
    self.clock = clock
  }

  /// Begins the record of a request, under an id of our own.
  /// - Parameters:
  ///   - head: `nil` when none could be read.
  ///   - traceID: of the trace that the request is part of.
  package func arrive(head: RequestHead?, source: String, traceID: String?) -> RequestRecord {
    RequestRecord(
      requestID: self.randomHexadecimal(bytes: 16), arrival: self.clock.now(), source: source,
      head: head, traceID: traceID)
  }

  /// Random lower-case hexadecimal digits, two for each byte.
  package func randomHexadecimal(bytes count: Int) -> String {
    var random = self.random
    let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    return Hexadecimal.encode(bytes)
  }

  /// What became of a request: either it may be forwarded now, or it is answered with the refusal.
  package enum Admission: Sendable {
    case permitted(Permit, Passage)
    case refused(Refusal)
  }

  /// A permitted request under way. `end` must be called once.
  package struct Passage: Sendable {
    fileprivate let ticket: LiveRequests.Ticket?
    fileprivate let reservation: RequestRecorder.Reservation
  }

  /// Inspects a request.
  /// - Parameter close: ends the request at once, because its credential was revoked.
  package func admit(
    _ record: inout RequestRecord, _ request: InspectedRequest,
    close: @escaping @Sendable () -> Void
  ) -> Admission {
    while true {
      let now = self.clock.now()
      let view = self.current.view()
      let inspection = Inspector.inspect(
        request, world: view.world, isStale: view.isStale, at: now)
      record.facts = inspection.facts
      self.note(inspection.facts.credential, record)
      guard case .permitted(let permit) = inspection.outcome else {
        if case .refused(let refusal) = inspection.outcome { return .refused(refusal) }
        continue
      }
      let ticket = permit.caller.credential.map { self.live.enter($0, close: close) }
      // A world that came meanwhile has not seen this request among those under way.
      guard self.isCurrent(view.world) else {
        if let ticket { self.live.leave(ticket) }
        continue
      }
      guard
        let reservation = self.recorder.reserve(isRequired: permit.service.mustBeRecorded)
      else {
        if let ticket { self.live.leave(ticket) }
        return .refused(.unrecordable)
      }
      return .permitted(permit, Passage(ticket: ticket, reservation: reservation))
    }
  }

  /// Records the answer to a forwarded request. Called before its last bytes leave, so that whoever
  /// has the answer finds it in the log.
  package func end(
    _ passage: Passage, _ record: RequestRecord, _ answer: RequestRecord.Answer
  ) {
    if let ticket = passage.ticket { self.live.leave(ticket) }
    self.recorder.record(record, answer, reservation: passage.reservation)
  }

  /// Records the answer to a request that was not forwarded.
  package func refuse(_ record: RequestRecord, _ answer: RequestRecord.Answer) {
    self.recorder.record(record, answer)
  }

  private func isCurrent(_ world: GatewayWorld?) -> Bool {
    guard let latest = self.current.world, let world else { return false }
    return latest.revision == world.revision && latest.revocations == world.revocations
  }

  private func note(_ credential: VerifiedCredential?, _ record: RequestRecord) {
    guard let credential else { return }
    if self.seen.note(credential, requestID: record.requestID) { self.news.raise() }
  }
}
