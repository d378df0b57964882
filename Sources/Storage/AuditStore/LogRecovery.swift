import TransparencyLog

/// Brings a log's folder from whatever state it was left in to one that can be appended to.
///
/// Covered bytes are never changed: if any of them is damaged, this refuses. Complete events that
/// no leaf covers are written once more, so that they are surely on the disk, and sealed; an
/// incomplete last line is moved to the quarantine.
struct LogRecovery {
  /// Where a recovered log goes on.
  struct Outcome: Sendable {
    let report: AuditStore.RecoveryReport
    let writer: TreeWriter
    let head: LogState.Head
    let end: LogPosition
    let leavesInSegment: Int
  }

  let files: any LogFiles
  let signer: NoteSigner
  let limits: LogWriter.Limits

  func recover() throws -> Outcome {
    guard let contents = try contents() else { return try begin() }
    return try resume(contents)
  }

  /// What the folder holds, or nil if no log was begun in it yet.
  private func contents() throws(AuditStoreError) -> LogContents? {
    do throws(VerificationFailure) {
      let index = try FolderIndex(files)
      if !index.hasCheckpoint, index.holdsNoEvents {
        if index.hasPublicKey { try LogHead.checkKey(in: files, is: signer.verifierKey) }
        return nil
      }
      return try LogInspection.inspect(files, expecting: signer.verifierKey, keptCheckpoint: nil)
    } catch {
      throw AuditStoreError(error)
    }
  }

  private func begin() throws -> Outcome {
    try files.replace(
      LogPath.publicKeyName, with: Array((signer.verifierKey.text + "\n").utf8))
    var writer = TreeWriter(files: files, signer: signer)
    let head = try writer.extend(with: [], isClosed: false)
    return Outcome(
      report: .init(events: 0, recoveredEvents: 0, quarantine: nil), writer: writer, head: head,
      end: .start, leavesInSegment: 0)
  }

  private func resume(_ contents: LogContents) throws -> Outcome {
    let segments = contents.segments
    let quarantine = try segments.torn.map { torn in
      AuditStore.RecoveryReport.Quarantine(
        path: try files.quarantine(
          LogPath.segmentName(torn.start.segment), from: torn.start.offset),
        position: torn.start, length: torn.length)
    }
    // What an interrupted seal left was durable before: only the tail is written once more.
    var entries = contents.tree.ahead
    var end = segments.sealedEnd
    var leavesInSegment = segments.leavesInLastFile
    for stretch in segments.tail {
      let leaves = try rewrite(stretch)
      entries += leaves.map(\.entry)
      leavesInSegment = leaves.count + (stretch.start.segment == end.segment ? leavesInSegment : 0)
      end = stretch.start.advanced(by: Int(clamping: stretch.length))
    }
    var writer = TreeWriter(files: files, signer: signer, tree: contents.tree.covered)
    let head = try writer.extend(with: entries, isClosed: false)
    let index = try FolderIndex(files)
    try removeSupersededTiles(index)
    // A file that was begun and got no complete line; writing goes on in the one before it.
    for number in index.segments where number > end.segment {
      try files.remove(LogPath.segmentName(number))
    }
    return Outcome(
      report: .init(
        events: segments.events, recoveredEvents: segments.uncoveredEvents, quarantine: quarantine),
      writer: writer, head: head, end: end, leavesInSegment: leavesInSegment)
  }

  /// Writes a stretch of complete lines once more and cuts it into leaves.
  ///
  /// After a failed or interrupted `fdatasync` the system may hold pages that it believes to be on
  /// the disk and that are not; writing them again is what makes them durable.
  private func rewrite(_ stretch: SegmentContents.Stretch) throws -> [SegmentLeaf] {
    var leaves: [SegmentLeaf] = []
    var place = stretch.start
    let end = stretch.start.offset + stretch.length
    let name = LogPath.segmentName(place.segment)
    while place.offset < end {
      let longest = limits.leafLength + UInt64(EventLine.maximumLength)
      let count = Int(clamping: min(longest, end - place.offset))
      let bytes = try files.part(of: name, from: place.offset, count: count)
      var open = OpenLeaf(at: place)
      var start = 0
      while start < bytes.count, open.length < limits.leafLength {
        guard let line = try? EventLine.parse(bytes, at: start) else { break }
        open.add(line.hash, length: line.end - start, time: line.time)
        start = line.end
      }
      guard let leaf = open.leaf else {
        throw VerificationFailure(name, "the file changed while it was read", offset: place.offset)
      }
      try files.append(Array(bytes[..<start]), to: name, at: place.offset)
      leaves.append(leaf)
      place = place.advanced(by: start)
    }
    return leaves
  }

  /// An interrupted seal may have left partial tiles beside the full ones.
  private func removeSupersededTiles(_ index: FolderIndex) throws {
    for (number, widths) in index.bundles
    where widths.count > 1 && widths.last == Tile.fullWidth {
      try files.remove(try Tile(.entries, index: number).partialsFolder)
    }
    for (place, widths) in index.tiles
    where widths.count > 1 && widths.last == Tile.fullWidth {
      try files.remove(try Tile(.hashes(level: place.level), index: place.index).partialsFolder)
    }
  }
}
