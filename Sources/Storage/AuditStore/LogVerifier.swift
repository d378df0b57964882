import TransparencyLog

/// Verifies a log's folder offline: nothing but the folder is needed, and a verifier who keeps the
/// public key and the last checkpoint elsewhere needs to believe nothing in it.
///
/// Every file is read. What is refused: a file or folder that a log does not have, links, an entry,
/// tile or line that does not agree with the signed root (tiles that wider ones have superseded
/// included), anything not in its canonical form, bytes that no checkpoint covers after a clean
/// stop, and a log that does not extend the kept checkpoint. Dropping old segment files is not
/// supported yet: a log without one of its segment files is refused.
package enum LogVerifier {
  /// What a log that verifies holds.
  package struct Report: Hashable, Sendable {
    package let origin: String
    /// The text of the key that signed the log.
    package let publicKey: String
    /// How many leaves the checkpoint covers.
    package let size: UInt64
    /// The tree head of those leaves, in base64.
    package let root: String
    /// Whether the log was stopped cleanly.
    package let isClosed: Bool
    /// How many events the checkpoint covers.
    package let events: UInt64
    /// How many complete events are not covered yet: the log is open, or was killed.
    package let uncoveredEvents: UInt64
    /// How long the incomplete last line is, in bytes; 0 if there is none.
    package let tornBytes: UInt64
    /// The earliest and the latest time of covered events, in milliseconds since 1970.
    package let first: UInt64?
    package let last: UInt64?
  }

  private static let attempts = 10

  /// Verifies the log in `folder`, which another process may be writing meanwhile.
  ///
  /// - Parameters:
  ///   - publicKey: the text of the log's verifier key; nil believes the folder's `public-key`.
  ///   - keptCheckpoint: the text of a checkpoint of this log that was kept elsewhere.
  package static func verify(
    folder path: String, publicKey: String? = nil, keptCheckpoint: String? = nil
  ) throws(VerificationFailure) -> Report {
    try verify(POSIXLogFolder(path: path), publicKey: publicKey, keptCheckpoint: keptCheckpoint)
  }

  static func verify(
    _ folder: any LogFolder, publicKey: String?, keptCheckpoint: String?
  ) throws(VerificationFailure) -> Report {
    let key = try publicKey.map { text throws(VerificationFailure) in try parse(text) }
    let kept = keptCheckpoint.map { Array($0.utf8) }
    for attempt in 1... {
      let before = snapshot(folder)
      do throws(VerificationFailure) {
        return report(
          try LogInspection.inspect(folder, expecting: key, keptCheckpoint: kept))
      } catch {
        // A writer may have been at work between two reads; a folder at rest gets no second try.
        if attempt == attempts || before == snapshot(folder) { throw error }
      }
    }
    throw VerificationFailure(".", "the folder cannot be read")
  }

  private static func parse(_ text: String) throws(VerificationFailure) -> NoteVerifierKey {
    do throws(TransparencyLogError) { return try NoteVerifierKey(text: text) } catch {
      throw VerificationFailure("expected public key", error.description)
    }
  }

  private struct Snapshot: Equatable {
    let checkpoint: [UInt8]?
    let items: [FolderItem]?
  }

  private static func snapshot(_ folder: any LogFolder) -> Snapshot {
    let limit = UnverifiedNote.maximumLength
    return Snapshot(
      checkpoint: try? folder.read(LogPath.checkpointName, from: 0, count: limit),
      items: try? folder.items().sorted { $0.path < $1.path })
  }

  private static func report(_ contents: LogContents) -> Report {
    Report(
      origin: contents.head.checkpoint.origin, publicKey: contents.head.key.text,
      size: contents.head.checkpoint.size, root: contents.head.checkpoint.root.base64,
      isClosed: contents.head.isClosed, events: contents.segments.events,
      uncoveredEvents: contents.segments.uncoveredEvents,
      tornBytes: contents.segments.torn?.length ?? 0, first: contents.segments.first,
      last: contents.segments.last)
  }
}
