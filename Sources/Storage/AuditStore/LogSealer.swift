import TransparencyLog

/// Adds leaves to a log's tree and writes the files that change by it.
struct TreeWriter: Sendable {
  private let files: any LogFiles
  private let signer: NoteSigner
  private var tree: GrowingTree

  init(files: any LogFiles, signer: NoteSigner, tree: GrowingTree = GrowingTree()) {
    self.files = files
    self.signer = signer
    self.tree = tree
  }

  /// Writes bundles, then tiles, then the checkpoint that needs them: whenever this is interrupted,
  /// the folder verifies. Partial tiles are kept until the full one exists, as tlog-tiles demands.
  mutating func extend(with entries: [[UInt8]], isClosed: Bool) throws -> LogState.Head {
    var full: [TileHashes] = []
    for entry in entries {
      let index = tree.size / UInt64(Tile.fullWidth)
      let completed = tree.append(entry)
      full += completed.tiles
      if let bundle = completed.bundle { try write(bundle, index: index) }
    }
    if !entries.isEmpty {
      if !tree.bundle.isEmpty {
        try write(tree.bundle, index: tree.size / UInt64(Tile.fullWidth))
      }
      try write(full)
    }
    let head = try writeCheckpoint(isClosed: isClosed)
    for tile in full { try removePartials(of: tile.tile) }
    return head
  }

  private func write(_ entries: [[UInt8]], index: UInt64) throws {
    let tile = try Tile(.entries, index: index, width: entries.count)
    try files.replace(tile.path, with: try EntryBundle.encode(entries))
  }

  private func write(_ full: [TileHashes]) throws {
    let levels = Set(full.map { $0.tile.level + 1 } + [0])
    let partials = tree.frontier.partials.filter { levels.contains($0.tile.level) }
    for tile in full + partials { try files.replace(tile.tile.path, with: tile.bytes) }
  }

  private func writeCheckpoint(isClosed: Bool) throws -> LogState.Head {
    let checkpoint = try Checkpoint(
      origin: signer.verifierKey.name, size: tree.size, root: tree.range.root,
      extensions: isClosed ? [LogHead.closedExtension] : [])
    let note = try checkpoint.signed(by: [signer])
    try files.replace(LogPath.checkpointName, with: note)
    return LogState.Head(checkpoint: checkpoint, note: note)
  }

  private func removePartials(of tile: Tile) throws {
    try files.remove(tile.partialsFolder)
    guard tile.level == 0 else { return }
    try files.remove(try Tile(.entries, index: tile.index).partialsFolder)
  }
}

/// Turns cuts into leaves, on a queue of its own: appending goes on meanwhile.
actor LogSealer {
  private let executor = QueueExecutor(label: "audit log sealer")
  private let state: LogState
  private var writer: TreeWriter

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(state: LogState, writer: TreeWriter) {
    self.state = state
    self.writer = writer
  }

  /// Seals all cuts. Without any, the last checkpoint stands, unless it must say `closed`.
  func seal(closing: Bool) throws -> LogState.Head {
    try state.checkFailure()
    let cuts = state.takeCuts()
    guard closing || !cuts.isEmpty else { return state.head }
    do {
      let head = try writer.extend(with: cuts.map(\.entry), isClosed: closing)
      state.setHead(head)
      return head
    } catch {
      state.fail(error)
      throw AuditStoreError(.failed, "the audit log could not be sealed: \(error)")
    }
  }
}
