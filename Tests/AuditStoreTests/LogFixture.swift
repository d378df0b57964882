import Foundation
import TransparencyLog

@testable import AuditStore

/// A log in a temporary folder of its own, which goes away with the fixture. Where the system has a
/// file system in memory the folder is there, so that thousands of syncs cost nothing.
final class LogFixture {
  static let origin = "log.example/server"
  static let signingKey = [UInt8](repeating: 7, count: 32)

  let root: URL

  init() throws {
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory)
      ? URL(filePath: memory) : FileManager.default.temporaryDirectory
    root = parent.appending(path: "audit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  /// A copy of another fixture's files.
  convenience init(copying other: LogFixture) throws {
    try self.init()
    for name in try FileManager.default.contentsOfDirectory(atPath: other.root.path) {
      try FileManager.default.copyItem(
        at: other.root.appending(path: name), to: root.appending(path: name))
    }
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  var folder: String { root.appending(path: "log").path }
  var scratch: String { root.appending(path: "scratch").path }

  var configuration: AuditStore.Configuration {
    .init(
      folder: folder, scratch: scratch, origin: Self.origin, signingKey: Self.signingKey,
      now: { 1_700_000_000_000 }, clock: ImmediateClock())
  }

  func open(limits: LogWriter.Limits = .init()) async throws -> AuditStore {
    try await AuditStore.open(
      configuration, files: POSIXLogFiles(folder: folder, scratch: scratch), limits: limits)
  }

  func verify(kept: String? = nil) throws -> LogVerifier.Report {
    try LogVerifier.verify(
      folder: folder, publicKey: try Self.publicKey(), keptCheckpoint: kept)
  }

  static func publicKey() throws -> String {
    try NoteSigner(name: origin, rawPrivateKey: signingKey).verifierKey.text
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path(name))))
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(filePath: path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Every file of the log, relative to its folder, in order.
  func files() throws -> [String] {
    try POSIXLogFolder(path: folder).items().filter { $0.kind == .file }.map(\.path).sorted()
  }

  /// All events of the log, as text.
  func events() throws -> [String] {
    let reader = LogReader(folder: folder)
    var events: [String] = []
    var place = LogPosition.start
    while true {
      let page = try reader.events(from: place, limit: 100)
      if page.events.isEmpty { return events }
      events += page.events.map { String(decoding: $0.bytes, as: UTF8.self) }
      place = page.next
    }
  }
}

func event(_ name: some CustomStringConvertible) -> [UInt8] {
  Array(#"{"name":"\#(name)"}"#.utf8)
}

func eventText(_ name: some CustomStringConvertible) -> String {
  String(decoding: event(name), as: UTF8.self)
}

/// A clock that never waits.
struct ImmediateClock: Clock {
  struct Instant: InstantProtocol {
    var offset = Duration.zero
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  var now: Instant { Instant() }
  var minimumResolution: Duration { .zero }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    await Task.yield()
  }
}
