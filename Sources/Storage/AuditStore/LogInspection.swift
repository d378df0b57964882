import TransparencyLog

/// Everything that a log's folder says, after all of it has been read and found to agree.
struct LogContents {
  let head: LogHead
  let tree: TreeContents
  let segments: SegmentContents
}

/// Reads every file of a log's folder strictly.
enum LogInspection {
  /// - Parameters:
  ///   - expectedKey: the key that the log must be signed with; nil believes the folder's own.
  ///   - keptCheckpoint: a signed checkpoint of an earlier time, which the log must extend.
  static func inspect(
    _ folder: any LogFolder, expecting expectedKey: NoteVerifierKey?, keptCheckpoint: [UInt8]?
  ) throws(VerificationFailure) -> LogContents {
    let head = try LogHead.read(from: folder, expecting: expectedKey)
    let kept = try keptCheckpoint.map { note throws(VerificationFailure) in
      try keptCheckpointText(note, of: head)
    }
    let index = try FolderIndex(folder)
    var trees = TreeInspection(folder: folder, index: index, head: head, kept: kept)
    let tree = try trees.inspect()
    var segments = SegmentInspection(folder: folder, index: index, head: head, total: tree.total)
    return LogContents(head: head, tree: tree, segments: try segments.inspect())
  }

  private static func keptCheckpointText(
    _ note: [UInt8], of head: LogHead
  ) throws(VerificationFailure) -> Checkpoint {
    let kept = try LogHead.checkpoint(note, named: "kept checkpoint", signedBy: head.key)
    guard kept.size <= head.checkpoint.size else {
      throw VerificationFailure(
        LogPath.checkpointName,
        "the log was cut short: the kept checkpoint covers \(kept.size) leaves, "
          + "the log's own only \(head.checkpoint.size)")
    }
    return kept
  }
}
