import Credentials
package import Inspection
import Synchronization

/// A request under way that can be ended from any thread.
package protocol LiveRequest: AnyObject, Sendable {
  /// Ends the request at once, because its credential does not count any more. Called at most once.
  func endRefused()
}

/// The requests that are under way with a credential, so that they end when it is revoked: in a shard
/// for each event loop, so that loops do not wait for one another.
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

  /// The requests of one event loop.
  package final class Shard: Sendable {
    private let slots = Mutex(Slots())

    package var count: Int { self.slots.withLock { $0.count } }

    func enter(_ credential: VerifiedCredential, _ request: any LiveRequest) -> Ticket {
      self.slots.withLock { $0.enter(credential.signed, request, in: self) }
    }

    fileprivate func leave(_ ticket: Ticket) {
      self.slots.withLock { $0.leave(ticket) }
    }

    fileprivate func closeRefused(by world: GatewayWorld) {
      for request in self.slots.withLock({ $0.takeRefused(by: world) }) { request.endRefused() }
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
    let credential: SignedCredential
    let request: any LiveRequest
  }

  private struct Slots {
    private var entries: [Entry?] = []
    private var turns: [UInt64] = []
    private var free: [Int] = []

    var count: Int { self.entries.count - self.free.count }

    mutating func enter(
      _ credential: SignedCredential, _ request: any LiveRequest, in shard: Shard
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

    mutating func takeRefused(by world: GatewayWorld) -> [any LiveRequest] {
      var refused: [any LiveRequest] = []
      for slot in self.entries.indices {
        guard let entry = self.entries[slot], world.refuses(entry.credential) else { continue }
        refused.append(entry.request)
        self.vacate(slot)
      }
      return refused
    }

    private mutating func vacate(_ slot: Int) {
      self.entries[slot] = nil
      self.turns[slot] &+= 1
      self.free.append(slot)
    }
  }
}
