import Synchronization

/// Memories for callers without an event loop of their own, so many that they rarely wait for one
/// another.
final class SharedMemories: Sendable {
  /// One of them.
  final class Place: Sendable {
    let memory: Mutex<LoopMemory>
    fileprivate let users = Atomic<Int>(0)

    init(_ memory: sending LoopMemory) { self.memory = Mutex(memory) }

    /// To be called once for each time that it was taken.
    func leave() { self.users.subtract(1, ordering: .relaxed) }
  }

  private let first: Place
  private let others: [Place]
  private let turn = Atomic<Int>(0)

  init(count: Int, _ make: () -> sending LoopMemory) {
    self.first = Place(make())
    self.others = (1..<max(2, count)).map { _ in Place(make()) }
  }

  /// One that nobody uses at the moment; when all are in use, each in its turn.
  func take() -> Place {
    if Self.take(self.first) { return self.first }
    if let free = self.others.first(where: Self.take) { return free }
    let turn = self.turn.wrappingAdd(1, ordering: .relaxed).newValue
    let index = Int(turn.magnitude % UInt(self.others.count))
    let place = self.others.indices.contains(index) ? self.others[index] : self.first
    place.users.add(1, ordering: .relaxed)
    return place
  }

  /// - Returns: whether nobody had it; then it is the caller's.
  private static func take(_ place: Place) -> Bool {
    place.users.compareExchange(expected: 0, desired: 1, ordering: .relaxed).exchanged
  }
}
