import Credentials
package import Inspection
import Synchronization

/// A request under way that can be ended from any thread.
package protocol LiveRequest: AnyObject, Sendable {
  /// Ends the request at once, because its credential does not count any more. Called at most once.
  func endRefused()

  /// Ends the request at once, because its credential has expired. Called at most once, and not with
  /// `endRefused`.
  func endExpired()
}

/// The requests that are under way with a credential, so that they end when it is revoked
/// or expires: in a shard for each event loop, so that loops do not wait for one another.
package final class LiveRequests: Sendable {
  private let shards = Mutex<[Shard]>([])

  package init() {}

  package func makeShard() -> Shard {
    let shard = Shard()
    self.shards.withLock { $0.append(shard) }
    return shard
  }

  package var count: Int {
    self.shards.withLock { $0.reduce(0) { $0 + $1.count } }
  }

  /// Ends every request whose credential the world refuses; all have been told when this returns.
  package func closeRefused(by world: GatewayWorld) {
    for shard in self.shards.withLock({ $0 }) { shard.closeRefused(by: world) }
  }

  /// Ends every request whose credential, or the certificate that it is bound to, has expired. One that
  /// was answered in time is not among them.
  /// - Parameters:
  ///   - now: Unix seconds.
  ///   - leeway: seconds by which clocks may differ.
  package func closeExpired(at now: Int64, leeway: Int64) {
    let (end, overflow) = now.subtractingReportingOverflow(max(0, leeway))
    guard !overflow else { return }
    for shard in self.shards.withLock({ $0 }) { shard.closeExpired(at: end) }
  }

  /// The requests of one event loop.
  package final class Shard: Sendable {
    private let slots = Mutex(Slots())

    package var count: Int { self.slots.withLock { $0.count } }

    func enter(_ credential: VerifiedCredential, _ request: any LiveRequest) -> Ticket {
      self.slots.withLock { $0.enter(credential, request, in: self) }
    }

    fileprivate func leave(_ ticket: Ticket) {
      self.slots.withLock { $0.leave(ticket) }
    }

    fileprivate func closeRefused(by world: GatewayWorld) {
      let refused = self.slots.withLock { slots in slots.take { world.refuses($0) } }
      for request in refused { request.endRefused() }
    }

    fileprivate func closeExpired(at end: Int64) {
      let expired = self.slots.withLock { slots in slots.take { $0.end <= end } }
      for request in expired { request.endExpired() }
    }
  }

  /// Names one request until it is over.
  package struct Ticket: Sendable {
    fileprivate let shard: Shard
    fileprivate let slot: Int
    /// Of the slot: another request may have it by now.
    fileprivate let turn: UInt64

    package func leave() { self.shard.leave(self) }
  }

  private struct Entry {
    let credential: VerifiedCredential
    let request: any LiveRequest
  }

  private struct Slots {
    private var entries: [Entry?] = []
    private var turns: [UInt64] = []
    private var free: [Int] = []

    var count: Int { self.entries.count - self.free.count }

    mutating func enter(
      _ credential: VerifiedCredential, _ request: any LiveRequest, in shard: Shard
    ) -> Ticket {
      let entry = Entry(credential: credential, request: request)
      guard let slot = self.free.popLast(), self.entries.indices.contains(slot) else {
        self.entries.append(entry)
        self.turns.append(0)
        return Ticket(shard: shard, slot: self.entries.count - 1, turn: 0)
      }
      self.entries[slot] = entry
      return Ticket(shard: shard, slot: slot, turn: self.turns[slot])
    }

    mutating func leave(_ ticket: Ticket) {
      guard self.turns.indices.contains(ticket.slot), self.turns[ticket.slot] == ticket.turn else {
        return
      }
      self.vacate(ticket.slot)
    }

    mutating func take(_ isOver: (VerifiedCredential) -> Bool) -> [any LiveRequest] {
      var taken: [any LiveRequest] = []
      for slot in self.entries.indices {
        guard let entry = self.entries[slot], isOver(entry.credential) else { continue }
        taken.append(entry.request)
        self.vacate(slot)
      }
      return taken
    }

    private mutating func vacate(_ slot: Int) {
      self.entries[slot] = nil
      self.turns[slot] &+= 1
      self.free.append(slot)
    }
  }
}

extension VerifiedCredential {
  /// From this second on, in Unix time, it does not hold.
  fileprivate var end: Int64 {
    min(self.expiresAt, self.certificate?.expiresAt ?? .max)
  }
}
