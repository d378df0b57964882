import Synchronization

/// An index that lasts as long as the process.
package final class InMemoryEventIndex: EventIndex {
  private let state = Mutex(State())

  package init() {}

  package func insert(_ events: [IndexedEvent]) async throws {
    for event in events { try event.checkLimits() }
    state.withLock { state in
      for event in events { state.insert(event) }
    }
  }

  package func events(
    matching key: IndexKey, types: Set<String>?, limit: Int
  ) async throws -> [IndexedEvent] {
    guard limit >= 1 else { throw EventIndexError.invalidLimit(limit) }
    let found = state.withLock { $0.byKey[key] ?? [] }
    let wanted = found.filter { types?.contains($0.type) ?? true }
    return Array(wanted.sorted(by: IndexedEvent.isOlder).prefix(limit))
  }

  package func lastPosition(of log: String) async throws -> Int64? {
    state.withLock { $0.positions[Bytes(log)]?.last }
  }

  package func recent(type: String, limit: Int) async throws -> [IndexedEvent] {
    guard limit >= 1 else { throw EventIndexError.invalidLimit(limit) }
    let found = state.withLock { $0.byType[Bytes(type)] ?? [] }
    return found.suffix(limit).reversed()
  }

  package func scan(
    types: Set<String>, since: Int64?, after: EventPlace?, limit: Int
  ) async throws -> [IndexedEvent] {
    guard limit >= 1 else { throw EventIndexError.invalidLimit(limit) }
    let found = state.withLock { state in
      types.flatMap { type in
        let events = state.byType[Bytes(type)] ?? []
        let start = events.firstIndex(from: { event in
          event.time >= since ?? .min && after?.precedes(event) ?? true
        })
        return start.map { Array(events[$0...].prefix(limit)) } ?? []
      }
    }
    return Array(found.sorted(by: IndexedEvent.isOlder).prefix(limit))
  }

  package func count(types: Set<String>, since: Int64?) async throws -> Int {
    state.withLock { state in
      types.reduce(0) { count, type in
        let events = state.byType[Bytes(type)] ?? []
        return count + events.count(where: { $0.time >= since ?? .min })
      }
    }
  }
}

extension InMemoryEventIndex {
  private typealias Bytes = ContiguousArray<UInt8>

  /// The positions of one log.
  private struct Positions {
    var seen: Set<Int64> = []
    var last: Int64?
  }

  private struct State {
    var positions: [Bytes: Positions] = [:]
    var byKey: [IndexKey: [IndexedEvent]] = [:]
    /// Oldest first.
    var byType: [Bytes: [IndexedEvent]] = [:]

    mutating func insert(_ event: IndexedEvent) {
      guard note(event.position, in: Bytes(event.log)) else { return }
      for key in Set(event.keys) { byKey[key, default: []].append(event) }
      byType[Bytes(event.type), default: []].insertSorted(event)
    }

    /// Whether the position is new.
    private mutating func note(_ position: Int64, in log: Bytes) -> Bool {
      var known = positions[log] ?? Positions()
      positions[log] = nil
      defer { positions[log] = known }
      guard known.seen.insert(position).inserted else { return false }
      known.last = max(known.last ?? position, position)
      return true
    }
  }
}

extension ContiguousArray<UInt8> {
  fileprivate init(_ text: String) {
    self.init(text.utf8)
  }
}

extension [IndexedEvent] {
  /// The first event for which something holds that holds for all later ones too.
  fileprivate func firstIndex(from isReached: (IndexedEvent) -> Bool) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = low + (high - low) / 2
      if isReached(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low < count ? low : nil
  }

  /// Events come mostly in order, so this mostly appends.
  fileprivate mutating func insertSorted(_ event: IndexedEvent) {
    guard let last, IndexedEvent.isOlder(event, than: last) else { return append(event) }
    insert(event, at: firstIndex(from: { IndexedEvent.isOlder(event, than: $0) }) ?? count)
  }
}
