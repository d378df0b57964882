import Audit
import Credentials

/// The bounded queue between requests and the log.
struct RecorderState {
  var quota: AnonymousQuota
  let capacity: Int
  /// The most places that are held at once for events that are still to come.
  let reservations: Int
  private(set) var queue: [[UInt8]] = []
  private(set) var reserved = 0
  /// Events that found no room.
  private var dropped: Int64 = 0
  /// The same since the start.
  private(set) var droppedEver: UInt64 = 0
  /// How many were ever put in the queue, and how many of those have been dealt with.
  private var enqueued: UInt64 = 0
  private var settled: UInt64 = 0
  private var waiters: [(until: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
  private(set) var isStopped = false
  /// Whether somebody was woken who has not looked at the queue since.
  var isAwake = false

  init(quota: AnonymousQuota, capacity: Int, reservations: Int) {
    self.quota = quota
    self.capacity = capacity
    self.reservations = reservations
  }

  /// Whether events without a place of their own are taken. Places that are held do not count: a
  /// request may hold its own for hours.
  var hasRoom: Bool { !self.isStopped && self.queue.count < self.capacity }

  /// Holds a place for an event that is still to come: it will be there however full the queue is by
  /// then, so that the queue is at most as long as `capacity` and `reservations` together.
  mutating func reserve() -> Bool {
    guard self.hasRoom, self.reserved < self.reservations else { return false }
    self.reserved += 1
    return true
  }

  mutating func release() { self.reserved = max(0, self.reserved - 1) }

  /// Whether somebody waits for events to be in the log.
  var isAwaited: Bool { !self.waiters.isEmpty }

  /// From now on somebody counts as woken for what is in the queue.
  /// - Returns: whether nobody was yet: then it is for the caller to wake.
  mutating func claimWake() -> Bool {
    defer { self.isAwake = true }
    return !self.isAwake
  }

  /// - Parameter hasPlace: whether a place was held for it.
  mutating func enqueue(_ line: [UInt8], hasPlace: Bool = false) {
    guard self.hasRoom || (hasPlace && !self.isStopped) else {
      self.dropped += 1
      self.droppedEver &+= 1
      return
    }
    self.queue.append(line)
    self.enqueued &+= 1
  }

  /// Whether there is anything that was not recorded and has not been said.
  var hasOmissions: Bool { self.dropped > 0 || self.quota.hasSuppressed }

  mutating func takeDropped() -> Int64 {
    defer { self.dropped = 0 }
    return self.dropped
  }

  mutating func takeBatch(limit: Int) -> [[UInt8]] {
    guard self.queue.count > limit else {
      defer { self.queue = [] }
      return self.queue
    }
    let batch = Array(self.queue.prefix(limit))
    self.queue.removeFirst(batch.count)
    return batch
  }

  /// - Returns: who waited for these.
  mutating func settle(_ count: Int) -> [CheckedContinuation<Void, Never>] {
    self.settled &+= UInt64(count)
    guard self.isAwaited else { return [] }
    let done = self.waiters.filter { $0.until <= self.settled }.map(\.continuation)
    self.waiters.removeAll { $0.until <= self.settled }
    return done
  }

  /// - Returns: whether it has to wait at all.
  mutating func wait(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
    guard !self.isStopped, self.settled < self.enqueued else { return false }
    self.waiters.append((self.enqueued, continuation))
    return true
  }

  /// Nothing is recorded from now on.
  mutating func stop() -> [CheckedContinuation<Void, Never>] {
    self.isStopped = true
    self.queue = []
    defer { self.waiters = [] }
    return self.waiters.map(\.continuation)
  }
}
