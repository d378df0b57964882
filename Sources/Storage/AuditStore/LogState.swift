import Synchronization
import TransparencyLog

/// The little that the writer, the sealer and the callers of a store share.
final class LogState: Sendable {
  struct Head: Sendable {
    let checkpoint: Checkpoint
    let note: [UInt8]
  }

  private enum Phase {
    case open
    case closing
    case closed
  }

  private struct Content {
    var phase = Phase.open
    var failure: String?
    var waiting: [PendingAppend] = []
    var cuts: [SegmentLeaf] = []
    var durableEnd: LogPosition
    var head: Head
  }

  private let content: Mutex<Content>

  init(durableEnd: LogPosition, head: Head) {
    content = Mutex(Content(durableEnd: durableEnd, head: head))
  }

  /// Everything before this position is durable.
  var durableEnd: LogPosition { content.withLock { $0.durableEnd } }
  var head: Head { content.withLock { $0.head } }
  var isClosed: Bool { content.withLock { $0.phase == .closed } }

  /// Puts an append into the next group; refuses it if the store takes no more.
  func enqueue(_ append: PendingAppend) throws {
    try content.withLock { content in
      try Self.check(content)
      guard content.phase == .open else {
        throw AuditStoreError(.closed, "the audit log is closed")
      }
      content.waiting.append(append)
    }
  }

  /// Takes everything that waits: the next group.
  func takeGroup() -> [PendingAppend] {
    content.withLock { content in
      defer { content.waiting = [] }
      return content.waiting
    }
  }

  func advance(to end: LogPosition) {
    content.withLock { $0.durableEnd = end }
  }

  func addCut(_ leaf: SegmentLeaf) {
    content.withLock { $0.cuts.append(leaf) }
  }

  /// Takes the leaves that are to be sealed.
  func takeCuts() -> [SegmentLeaf] {
    content.withLock { content in
      defer { content.cuts = [] }
      return content.cuts
    }
  }

  func setHead(_ head: Head) {
    content.withLock { $0.head = head }
  }

  /// Remembers the first write that failed: from now on nothing is accepted.
  func fail(_ cause: any Error) {
    content.withLock { $0.failure = $0.failure ?? "\(cause)" }
  }

  func checkFailure() throws {
    try content.withLock { try Self.check($0) }
  }

  /// Refuses appends from now on; false if that had been done before.
  func beginClosing() -> Bool {
    content.withLock { content in
      defer { if content.phase == .open { content.phase = .closing } }
      return content.phase == .open
    }
  }

  func finishClosing() {
    content.withLock { $0.phase = .closed }
  }

  private static func check(_ content: Content) throws {
    if let failure = content.failure {
      throw AuditStoreError(
        .failed, "the audit log stopped after a failed write and must be opened again: \(failure)")
    }
  }
}

/// The events of one call of `append`, framed, on their way to the disk.
final class PendingAppend: Sendable {
  struct Line: Sendable {
    let hash: MerkleHash
    let length: Int
  }

  let time: UInt64
  let bytes: [UInt8]
  let lines: [Line]
  private let outcome = Mutex<Result<Receipt, AuditStoreError>?>(nil)

  /// Frames the events; each must be 1 to 65536 bytes long, without control characters.
  init(_ events: [[UInt8]], time: UInt64) throws {
    guard !events.isEmpty else { throw AuditStoreError(.invalidEvent, "there are no events") }
    var bytes: [UInt8] = []
    var lines: [Line] = []
    bytes.reserveCapacity(events.reduce(0) { $0 + $1.count + 32 })
    lines.reserveCapacity(events.count)
    let stamp = Array(String(time).utf8)
    for event in events {
      try Self.check(event)
      let start = bytes.count
      let hash = EventLine.append(event, stamped: stamp, to: &bytes)
      lines.append(Line(hash: hash, length: bytes.count - start))
    }
    self.time = time
    self.bytes = bytes
    self.lines = lines
  }

  private static func check(_ event: [UInt8]) throws {
    guard (1...EventLine.maximumEventLength).contains(event.count) else {
      throw AuditStoreError(
        .invalidEvent,
        "an event has 1 to \(EventLine.maximumEventLength) bytes, not \(event.count)")
    }
    // All of them, since leaving early would cost more.
    guard event.reduce(UInt8.max, { min($0, $1) }) >= 0x20 else {
      throw AuditStoreError(
        .invalidEvent, "an event is a single line of JSON, without control characters")
    }
  }

  func settle(_ result: Result<Receipt, AuditStoreError>) {
    outcome.withLock { $0 = result }
  }

  /// What became of it; only after its group has been committed.
  func receipt() throws -> Receipt {
    guard let outcome = outcome.withLock({ $0 }) else {
      throw AuditStoreError(.failed, "the events were not written")
    }
    return try outcome.get()
  }
}
