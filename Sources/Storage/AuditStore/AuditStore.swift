package import TransparencyLog

/// A tamper-evident log of events in a folder of plain files.
///
/// Events are appended to segment files in groups, each made durable by one `fdatasync`; soon after,
/// the lines of one or more groups become one leaf of a Merkle tree (RFC 6962) whose tiles and
/// signed checkpoints lie beside them (C2SP tlog-tiles, tlog-checkpoint). `LogVerifier` says, from
/// the folder alone, whether anything was changed.
///
/// A write that fails stops the store: whether the disk has the bytes is unknown then, so nothing
/// is accepted until the log has been opened, and thereby read, again.
package final class AuditStore: Sendable {
  package struct Configuration: Sendable {
    /// The log's folder. It holds the log and its public key and nothing else.
    package var folder: String
    /// A folder outside of it, on the same file system, for the lock, for files that are being
    /// written, and for the quarantine.
    package var scratch: String
    /// The log's unique name, such as `gatehouse.example.org/log/server`; no spaces, no plus sign.
    package var origin: String
    /// The Ed25519 private key that signs the checkpoints, 32 bytes. It is used, never stored.
    package var signingKey: [UInt8]
    /// The time, in milliseconds since 1970.
    package var now: @Sendable () -> UInt64
    /// What `run` waits with.
    package var clock: any Clock<Duration>
    /// How long after a commit `run` seals it.
    package var sealInterval: Duration

    package init(
      folder: String, scratch: String, origin: String, signingKey: [UInt8],
      now: @escaping @Sendable () -> UInt64, clock: any Clock<Duration>,
      sealInterval: Duration = .milliseconds(200)
    ) {
      self.folder = folder
      self.scratch = scratch
      self.origin = origin
      self.signingKey = signingKey
      self.now = now
      self.clock = clock
      self.sealInterval = sealInterval
    }
  }

  /// What opening the log found.
  package struct RecoveryReport: Hashable, Sendable {
    /// A line that was cut off in the middle, and where it was moved.
    package struct Quarantine: Hashable, Sendable {
      package let path: String
      package let position: LogPosition
      /// In bytes.
      package let length: UInt64
    }

    /// How many events the checkpoint covered.
    package let events: UInt64
    /// How many more there were; opening has sealed them.
    package let recoveredEvents: UInt64
    package let quarantine: Quarantine?
  }

  package let recovery: RecoveryReport
  /// The key that checks this log's checkpoints.
  package let verifierKey: NoteVerifierKey

  private let files: any LogFiles
  private let state: LogState
  private let writer: LogWriter
  private let sealer: LogSealer
  private let readers = DiskQueue(label: "audit log reader")
  private let now: @Sendable () -> UInt64
  private let clock: any Clock<Duration>
  private let sealInterval: Duration
  private let commits: AsyncStream<Void>
  private let committed: AsyncStream<Void>.Continuation

  /// Opens the log, or begins one in an empty folder: reads all of it, seals what an unclean stop
  /// left, and writes a checkpoint that no longer says `closed`.
  ///
  /// Throws `AuditStoreError`: `.damaged` names the place of anything that does not verify.
  package static func open(_ configuration: Configuration) async throws -> AuditStore {
    let files = try POSIXLogFiles(folder: configuration.folder, scratch: configuration.scratch)
    return try await open(configuration, files: files)
  }

  static func open(
    _ configuration: Configuration, files: any LogFiles, limits: LogWriter.Limits = .init()
  ) async throws -> AuditStore {
    let signer: NoteSigner
    do throws(TransparencyLogError) {
      signer = try NoteSigner(
        name: configuration.origin, rawPrivateKey: configuration.signingKey)
    } catch { throw AuditStoreError(.misconfigured, error.description) }
    let outcome = try await DiskQueue(label: "audit log recovery").run {
      try LogRecovery(files: files, signer: signer, limits: limits).recover()
    }
    return AuditStore(configuration, files, signer.verifierKey, limits, outcome)
  }

  private init(
    _ configuration: Configuration, _ files: any LogFiles, _ verifierKey: NoteVerifierKey,
    _ limits: LogWriter.Limits, _ outcome: LogRecovery.Outcome
  ) {
    self.files = files
    self.verifierKey = verifierKey
    recovery = outcome.report
    state = LogState(durableEnd: outcome.end, head: outcome.head)
    writer = LogWriter(
      files: files, state: state, limits: limits, position: outcome.end,
      leavesInSegment: outcome.leavesInSegment)
    sealer = LogSealer(state: state, writer: outcome.writer)
    now = configuration.now
    clock = configuration.clock
    sealInterval = configuration.sealInterval
    (commits, committed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Appends events, in their order and next to each other, and returns once they are durable.
  ///
  /// Appends that wait while a group is written become the next group. Each event is single-line
  /// JSON of 1 to 65536 bytes. If this throws, the events must be taken as not recorded.
  package func append(_ events: [[UInt8]]) async throws -> Receipt {
    let append = try PendingAppend(events, time: now())
    try state.enqueue(append)
    await writer.commit()
    let receipt = try append.receipt()
    committed.yield()
    return receipt
  }

  /// Seals everything that was appended before this call, and returns once a checkpoint covers it.
  @discardableResult
  package func flush() async throws -> Checkpoint {
    await writer.cut()
    return try await sealer.seal(closing: false).checkpoint
  }

  /// Seals what has been appended, `sealInterval` after the first commit that is not sealed. Runs
  /// until it is cancelled, once per store; throws if sealing fails.
  package func run() async throws {
    for await _ in commits {
      do {
        try await clock.sleep(for: sealInterval)
      } catch is CancellationError {
        return
      }
      guard !state.isClosed else { return }
      try await flush()
    }
  }

  /// Ends the log cleanly: refuses appends, seals everything, and writes a checkpoint that says
  /// `closed`. Closing again does nothing. After a failed write this throws and the log stays as
  /// after a crash.
  package func close() async throws {
    guard state.beginClosing() else { return try state.checkFailure() }
    await writer.commit()
    await writer.cut()
    _ = try await sealer.seal(closing: true)
    state.finishClosing()
    committed.finish()
  }

  /// The last checkpoint.
  package var checkpoint: Checkpoint { state.head.checkpoint }

  /// The last checkpoint as the signed note that lies in the folder.
  package var signedCheckpoint: String { String(decoding: state.head.note, as: UTF8.self) }

  /// The position after the last durable event.
  package var end: LogPosition { state.durableEnd }

  /// Durable events from a position on, sealed or not: at most `limit` and about a megabyte. At the
  /// end of the log the page is empty and its `next` is the position that was given.
  package func events(from position: LogPosition, limit: Int = 1000) async throws -> EventPage {
    let end = state.durableEnd
    let reader = LogReader(files)
    return try await readers.run {
      try reader.events(from: position, limit: limit, until: end)
    }
  }
}
