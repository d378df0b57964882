import Credentials
import SPIFFE
import Synchronization

/// The keys of all owners that are followed over the network, and the life cycle of each.
package final class TrustDirectory: Sendable {
  private struct Entry {
    var source: TrustSource
    var cycle: RefreshCycle
    /// Tells a late answer to a source that was configured anew.
    let generation: UInt64
  }

  private struct State {
    var entries: [TrustSource.Owner: Entry] = [:]
    var generation: UInt64 = 0
  }

  /// A fetch that is to be made.
  struct Order: Sendable {
    let source: TrustSource
    fileprivate let generation: UInt64
  }

  /// What is known of one owner's keys, for people.
  package struct Report: Hashable, Sendable {
    package let source: TrustSource
    package let standing: RefreshCycle.Standing
    /// Seconds since the last success.
    package let age: Int64?
    package let problem: String?
  }

  private let state = Mutex(State())
  /// Raised when a fetch may have become due.
  let wake = Signal()

  package init() {}

  /// Follows these sources from now on. What is known of an unchanged one stays.
  package func follow(_ sources: [TrustSource], at now: Int64) {
    self.state.withLock { state in
      let before = state.entries
      state.entries = [:]
      for source in sources {
        if var entry = before[source.owner], entry.source.isSame(as: source) {
          entry.source = source
          entry.cycle.timing = source.timing
          state.entries[source.owner] = entry
        } else {
          state.generation &+= 1
          state.entries[source.owner] = Entry(
            source: source, cycle: RefreshCycle(source.timing, at: now),
            generation: state.generation)
        }
      }
    }
    self.wake.raise()
  }

  /// Somebody showed a key id that the owner's keys do not have. Cheap, since anybody can.
  package func unknownKey(of owner: TrustSource.Owner, at now: Int64) {
    let isDue = self.state.withLock { $0.entries[owner]?.cycle.unknownKey(at: now) ?? false }
    if isDue { self.wake.raise() }
  }

  package func standing(of owner: TrustSource.Owner, at now: Int64) -> RefreshCycle.Standing? {
    self.state.withLock { $0.entries[owner]?.cycle.standing(at: now) }
  }

  /// In the order of the owners' names.
  package func reports(at now: Int64) -> [Report] {
    self.state.withLock { state in
      state.entries.values.map { entry in
        Report(
          source: entry.source, standing: entry.cycle.standing(at: now),
          age: entry.cycle.age(at: now), problem: entry.cycle.problem)
      }
    }.sorted { $0.source.owner.description < $1.source.owner.description }
  }

  /// The fetches that are due; each is to be answered with `take`.
  func begin(at now: Int64) -> [Order] {
    self.state.withLock { state in
      var orders: [Order] = []
      for (owner, entry) in state.entries {
        guard state.entries[owner]?.cycle.begin(at: now) == true else { continue }
        orders.append(Order(source: entry.source, generation: entry.generation))
      }
      return orders
    }
  }

  /// - Returns: whether the keys are others than before.
  func take(
    _ outcome: Result<TrustFetch.Result, any Error>, of order: Order, at now: Int64,
    random: RandomSource
  ) -> Bool {
    var random = random
    return self.state.withLock { state in
      guard var entry = state.entries[order.source.owner], entry.generation == order.generation
      else { return false }
      defer { state.entries[order.source.owner] = entry }
      switch outcome {
      case .success(let result):
        guard entry.cycle.mayTake(result.material, at: now) else {
          entry.cycle.fail("an older bundle than the one held", at: now, random: &random)
          return false
        }
        return entry.cycle.succeed(
          result.material, maximumAge: result.maximumAge, at: now, random: &random)
      case .failure(let error):
        entry.cycle.fail("\(error)", at: now, random: &random)
        return false
      }
    }
  }
}

extension RefreshCycle {
  /// A bundle that counts its changes is not taken back to an earlier one.
  fileprivate func mayTake(_ material: TrustMaterial, at now: Int64) -> Bool {
    guard case .bundle(let next) = material,
      case .current(.bundle(let held), _) = self.standing(at: now)
    else { return true }
    return next.mayReplace(held)
  }
}
