import TransparencyLog

/// Appends events to the segment files: one write and one `fdatasync` for all that wait.
actor LogWriter {
  /// When lines are cut into leaves and segment files are begun.
  struct Limits: Sendable {
    /// A leaf is cut when its lines have reached this many bytes.
    var leafLength: UInt64 = 4 << 20
    /// A segment file is full when it has reached this many bytes,
    var segmentLength: UInt64 = 64 << 20
    /// or when it has the lines of this many leaves.
    var leavesPerSegment = Tile.fullWidth
  }

  private let executor = QueueExecutor(label: "audit log writer")
  private let files: any LogFiles
  private let state: LogState
  private let limits: Limits
  private var position: LogPosition
  private var leavesInSegment: Int
  private var open: OpenLeaf

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(
    files: any LogFiles, state: LogState, limits: Limits, position: LogPosition,
    leavesInSegment: Int
  ) {
    self.files = files
    self.state = state
    self.limits = limits
    self.position = position
    self.leavesInSegment = leavesInSegment
    open = OpenLeaf(at: position)
  }

  /// Makes everything that waits durable, as one group, and settles it. A caller whose append a
  /// former group has taken along finds nothing to do.
  func commit() {
    let group = state.takeGroup()
    guard !group.isEmpty else { return }
    do {
      try state.checkFailure()
      beginNextSegmentIfFull()
      try files.append(
        group.count == 1 ? group[0].bytes : group.flatMap(\.bytes),
        to: LogPath.segmentName(position.segment), at: position.offset)
    } catch {
      state.fail(error)
      let refusal = AuditStoreError(.failed, "the events are not recorded: \(error)")
      for append in group { append.settle(.failure(refusal)) }
      return
    }
    let receipts = group.map(record)
    state.advance(to: position)
    for (append, receipt) in zip(group, receipts) { append.settle(.success(receipt)) }
    if open.length >= limits.leafLength { cut() }
  }

  private func record(_ append: PendingAppend) -> Receipt {
    for line in append.lines { open.add(line.hash, length: line.length, time: append.time) }
    let start = position
    position = position.advanced(by: append.bytes.count)
    return Receipt(position: start, next: position, time: append.time)
  }

  /// Hands the lines since the last cut to the sealer, as one leaf.
  func cut() {
    guard let leaf = open.leaf else { return }
    state.addCut(leaf)
    leavesInSegment += 1
    open = OpenLeaf(at: position)
  }

  private func beginNextSegmentIfFull() {
    guard open.leaf == nil, position.offset > 0,
      position.offset >= limits.segmentLength || leavesInSegment >= limits.leavesPerSegment
    else { return }
    position = LogPosition(segment: position.segment + 1, offset: 0)
    leavesInSegment = 0
    open = OpenLeaf(at: position)
  }
}
