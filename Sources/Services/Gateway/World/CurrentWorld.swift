package import Inspection
import Synchronization

/// The world that requests are decided by, swapped whole, and when it was last confirmed.
package final class CurrentWorld: Sendable {
  /// A world, and the how-manieth it is.
  final class Snapshot: Sendable {
    let world: GatewayWorld
    let number: UInt64

    init(_ world: GatewayWorld, number: UInt64) {
      self.world = world
      self.number = number
    }
  }

  /// Milliseconds for which a world is used after the control plane was last heard.
  private let staleness: Int64
  private let uptime: @Sendable () -> Int64
  private let replacing: @Sendable (GatewayWorld) -> Void
  private let snapshot = Mutex<Snapshot?>(nil)
  private let noted = Mutex<String?>(nil)
  /// The number of the latest snapshot, to be looked at without a lock.
  private let number = Atomic<UInt64>(0)
  /// By `uptime`; `never` until then.
  private let lastHeard = Atomic<Int64>(never)

  private static let never = Int64.min

  /// - Parameters:
  ///   - uptime: milliseconds since some moment, on a clock that nobody can set: on the wall
  ///     clock, a jump backwards would lengthen the time for which nothing has to be heard.
  ///   - replacing: told of each world before requests are decided by it, so that what they then need,
  ///     such as endpoints, is there.
  package init(
    stalenessMilliseconds: Int64, uptime: @escaping @Sendable () -> Int64,
    replacing: @escaping @Sendable (GatewayWorld) -> Void = { _ in }
  ) {
    self.staleness = stalenessMilliseconds
    self.uptime = uptime
    self.replacing = replacing
  }

  package var world: GatewayWorld? { self.snapshot.withLock { $0?.world } }

  /// The world, and whether it is too old to know who is revoked.
  package func view() -> (world: GatewayWorld?, isStale: Bool) { (self.world, self.isStale) }

  /// Whether the world is too old to know who is revoked.
  package var isStale: Bool {
    let lastHeard = self.lastHeard.load(ordering: .relaxed)
    guard lastHeard != Self.never else { return true }
    let (age, overflow) = self.uptime().subtractingReportingOverflow(lastHeard)
    return overflow || age > self.staleness
  }

  /// The latest snapshot, which most often is the one that the caller has.
  func latest(_ known: Snapshot?) -> Snapshot? {
    if let known, self.isLatest(known) { return known }
    return self.snapshot.withLock { $0 }
  }

  func isLatest(_ snapshot: Snapshot) -> Bool {
    snapshot.number == self.number.load(ordering: .acquiring)
  }

  /// Milliseconds since it was last confirmed; nil when it never was.
  package var age: Int64? {
    let lastHeard = self.lastHeard.load(ordering: .relaxed)
    return lastHeard == Self.never ? nil : max(0, self.uptime() &- lastHeard)
  }

  package func replace(with world: GatewayWorld) {
    self.replacing(world)
    self.snapshot.withLock { snapshot in
      let number = (snapshot?.number ?? 0) &+ 1
      snapshot = Snapshot(world, number: number)
      self.number.store(number, ordering: .releasing)
    }
  }

  /// Why it is not known in full who is revoked; nil while it is.
  package var problem: String? { self.noted.withLock { $0 } }

  func note(problem: String?) { self.noted.withLock { $0 = problem } }

  /// The control plane confirmed that the gateway has heard everything up to now.
  package func confirm() {
    self.lastHeard.store(self.uptime(), ordering: .relaxed)
  }
}
