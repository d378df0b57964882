import Foundation
import Testing
import TransparencyLog

@testable import AuditStore

@Suite(.timeLimit(.minutes(5))) struct LogVerifierTests {
  /// A log of several leaves and segment files.
  private func log(closed: Bool = true) async throws -> LogFixture {
    let fixture = try LogFixture()
    var limits = LogWriter.Limits()
    limits.leavesPerSegment = 2
    let store = try await fixture.open(limits: limits)
    for number in 0..<5 {
      _ = try await store.append([event("\(number)-a"), event("\(number)-b")])
      try await store.flush()
    }
    if closed { try await store.close() }
    return fixture
  }

  private func failure(_ fixture: LogFixture, kept: String? = nil) -> VerificationFailure? {
    do throws(VerificationFailure) {
      _ = try LogVerifier.verify(folder: fixture.folder, keptCheckpoint: kept)
      return nil
    } catch { return error }
  }

  @Test("one changed byte in any file is refused, and the file is named")
  func changedBytes() async throws {
    let fixture = try await log()
    for name in try fixture.files() {
      let bytes = try fixture.bytes(name)
      for position in stride(from: 0, to: bytes.count, by: bytes.count > 200 ? 3 : 1) {
        var changed = bytes
        changed[position] ^= position.isMultiple(of: 2) ? 0x01 : 0x80
        try fixture.write(changed, to: name)
        #expect(failure(fixture)?.file == name, "\(name), byte \(position)")
      }
      try fixture.write(bytes, to: name)
    }
    #expect(failure(fixture) == nil)
  }

  @Test("a byte more or less in any file is refused, and the file is named")
  func changedLengths() async throws {
    let fixture = try await log()
    for name in try fixture.files() {
      let bytes = try fixture.bytes(name)
      for changed in [bytes + [0x0a], bytes + [0], Array(bytes.dropLast()), []] {
        try fixture.write(changed, to: name)
        #expect(failure(fixture)?.file == name, "\(name)")
      }
      try fixture.write(bytes, to: name)
    }
  }

  @Test("a missing file is refused and named, unless a wider tile has superseded it")
  func missing() async throws {
    let fixture = try await log()
    for name in try fixture.files() {
      let bytes = try fixture.bytes(name)
      try FileManager.default.removeItem(atPath: fixture.path(name))
      let isSuperseded = name.contains(".p/") && !name.hasSuffix(".p/5")
      if isSuperseded {
        #expect(failure(fixture) == nil)
      } else {
        #expect(failure(fixture)?.file == name)
      }
      try fixture.write(bytes, to: name)
    }
  }

  @Test(
    "a file or folder that no log has is refused and named",
    arguments: [
      "notes.txt", ".hidden", "checkpoint~", "checkpoint.tmp", "segment/3", "segment/003.p/1",
      "segment/x000/000", "segment/a/000", "tile/000", "tile/64/000", "tile/00/000", "tile/0/0000",
      "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/05", "tile/entries/000.p/6.bak",
      "tile/data/000", "public-key.pub", "lock", "tile/0/x000/000", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o",
    ])
  func unknownFiles(name: String) async throws {
    let fixture = try await log()
    try fixture.write([1], to: name)
    let found = try #require(failure(fixture)?.file)
    #expect(name.hasPrefix(found))
  }

  @Test(
    "a file of a right name in a wrong place is refused and named",
    arguments: [
      "segment/004", "segment/x001/000", "tile/0/001", "tile/0/000", "tile/1/000.p/1",
      "tile/0/000.p/6",
      "tile/entries/001.p/1", "tile/entries/000.p/6", "tile/63/000",
    ])
  func unreachedFiles(name: String) async throws {
    let fixture = try await log()
    try fixture.write([UInt8](repeating: 1, count: 32), to: name)
    #expect(failure(fixture)?.file == name)
  }

  @Test("an empty folder of an unknown name, and links, are refused and named")
  func linksAndFolders() async throws {
    let fixture = try await log()
    let manager = FileManager.default
    for name in ["extra", "tile/0/x000", "tile/0/abc", "segment/000.p", "tile/0/000.p/1.p"] {
      try manager.createDirectory(atPath: fixture.path(name), withIntermediateDirectories: true)
      #expect(failure(fixture)?.file == name)
      try manager.removeItem(atPath: fixture.path(name))
    }
    for name in try fixture.files() {
      let moved = fixture.root.appending(path: "moved").path
      try manager.moveItem(atPath: fixture.path(name), toPath: moved)
      try manager.createSymbolicLink(atPath: fixture.path(name), withDestinationPath: moved)
      #expect(failure(fixture)?.file == name)
      try manager.removeItem(atPath: fixture.path(name))
      try manager.moveItem(atPath: moved, toPath: fixture.path(name))
    }
    let moved = fixture.root.appending(path: "moved").path
    try manager.moveItem(atPath: fixture.path("tile/0"), toPath: moved)
    try manager.createSymbolicLink(atPath: fixture.path("tile/0"), withDestinationPath: moved)
    #expect(failure(fixture)?.file == "tile/0")
  }

  @Test("a folder that is not there, or empty, is refused")
  func nothing() throws {
    let fixture = try LogFixture()
    #expect(failure(fixture) != nil)
    try FileManager.default.createDirectory(
      atPath: fixture.folder, withIntermediateDirectories: true)
    #expect(failure(fixture)?.file == "public-key")
  }

  @Test("a log cut back to an earlier state is refused against the checkpoint that was kept")
  func cutShort() async throws {
    let fixture = try LogFixture()
    let store = try await fixture.open()
    var earlier: [LogFixture] = []
    var kept: [String] = []
    for number in 0..<4 {
      _ = try await store.append([event(number)])
      try await store.flush()
      earlier.append(try LogFixture(copying: fixture))
      kept.append(store.signedCheckpoint)
    }
    for (age, old) in earlier.enumerated() {
      for (number, checkpoint) in kept.enumerated() {
        let failure = failure(old, kept: checkpoint)
        if number <= age {
          #expect(failure == nil)
        } else {
          #expect(failure?.file == "checkpoint")
          #expect(failure?.problem.contains("cut short") == true)
        }
      }
    }
  }

  @Test("a log written anew with the same key is refused against the checkpoint that was kept")
  func rewritten() async throws {
    var logs: [LogFixture] = []
    var kept: [String] = []
    for name in ["one", "two"] {
      let fixture = try LogFixture()
      let store = try await fixture.open()
      for number in 0..<3 {
        _ = try await store.append([event("\(name) \(number)")])
        try await store.flush()
        if number == 1 { kept.append(store.signedCheckpoint) }
      }
      try await store.close()
      logs.append(fixture)
    }
    #expect(failure(logs[0], kept: kept[0]) == nil)
    #expect(failure(logs[0], kept: kept[1])?.problem.contains("rewritten") == true)
  }

  @Test("a log of another key, or a kept checkpoint that is not this log's, is refused")
  func otherKeys() async throws {
    let fixture = try await log()
    let other = try NoteSigner(
      name: LogFixture.origin, rawPrivateKey: [UInt8](repeating: 9, count: 32))
    #expect(throws: VerificationFailure.self) {
      try LogVerifier.verify(folder: fixture.folder, publicKey: other.verifierKey.text)
    }
    #expect(throws: VerificationFailure.self) {
      try LogVerifier.verify(folder: fixture.folder, publicKey: "nonsense")
    }
    let checkpoint = try Checkpoint(origin: LogFixture.origin, size: 0, root: .empty)
    let forged = String(decoding: try checkpoint.signed(by: [other]), as: UTF8.self)
    #expect(failure(fixture, kept: forged)?.file == "kept checkpoint")
    #expect(failure(fixture, kept: "")?.file == "kept checkpoint")
  }

  @Test(
    "a checkpoint with a second signature line, an unknown extension or another origin is refused")
  func strangeCheckpoints() async throws {
    let fixture = try await log()
    let signer = try NoteSigner(
      name: LogFixture.origin, rawPrivateKey: LogFixture.signingKey)
    let other = try NoteSigner(
      name: "witness.example", rawPrivateKey: [UInt8](repeating: 9, count: 32))
    let note = try UnverifiedNote(parsing: fixture.bytes("checkpoint"))
    let good = try Checkpoint(note.verified(by: [signer.verifierKey]))
    #expect(good.extensions == ["closed"])
    let notes = [
      try good.signed(by: [signer, other]), try good.signed(by: [other]),
      try Checkpoint(
        origin: good.origin, size: good.size, root: good.root, extensions: ["closed", "closed"]
      ).signed(by: [signer]),
      try Checkpoint(
        origin: good.origin, size: good.size, root: good.root, extensions: ["opened"]
      ).signed(by: [signer]),
      try Checkpoint(origin: "other", size: good.size, root: good.root).signed(by: [signer]),
      try Checkpoint(origin: good.origin, size: good.size, root: .leaf([1])).signed(by: [signer]),
    ]
    for note in notes {
      try fixture.write(note, to: "checkpoint")
      #expect(failure(fixture)?.file == "checkpoint")
    }
    let longer = try Checkpoint(origin: good.origin, size: good.size + 1, root: good.root)
    try fixture.write(try longer.signed(by: [signer]), to: "checkpoint")
    #expect(failure(fixture)?.leaf == good.size)
  }

  @Test(
    "events after the last checkpoint are counted while the log is open, and refused once closed")
  func uncovered() async throws {
    var line: [UInt8] = []
    _ = EventLine.append(event("late"), at: 5, to: &line)
    let open = try await log(closed: false)
    let closed = try await log(closed: true)
    let name = "segment/002"
    try open.write(try open.bytes(name) + line, to: name)
    #expect(try open.verify().uncoveredEvents == 1)
    try open.write(try open.bytes(name) + Array("torn".utf8), to: name)
    #expect(try open.verify().tornBytes == 4)
    let end = try closed.bytes(name).count
    try closed.write(try closed.bytes(name) + line, to: name)
    #expect(failure(closed)?.file == name)
    #expect(failure(closed)?.offset == UInt64(end))
    // A complete line that the log did not write is refused even while it is open.
    let other = try await log(closed: false)
    try other.write(try other.bytes(name) + Array("00000000 5 {}\n".utf8), to: name)
    #expect(failure(other)?.offset == UInt64(end))
    #expect(failure(other)?.event == 10)
    #expect(failure(other)?.description.hasPrefix("segment/002, offset \(end), event 10: ") == true)
  }

  @Test("uncovered lines may go on in further segment files, and only the last may be torn")
  func uncoveredFiles() async throws {
    var line: [UInt8] = []
    _ = EventLine.append(event("late"), at: 5, to: &line)
    let fixture = try await log(closed: false)
    try fixture.write(line, to: "segment/003")
    try fixture.write(line + line.dropLast(), to: "segment/004")
    let report = try fixture.verify()
    #expect(report.uncoveredEvents == 2)
    #expect(report.tornBytes == UInt64(line.count - 1))
    try fixture.write(line + [0x31], to: "segment/003")
    #expect(failure(fixture)?.file == "segment/003")
    try fixture.write(line, to: "segment/006")
    #expect(failure(fixture) != nil)
  }

  @Test("an unterminated line longer than any event is refused, not taken for a torn one")
  func endlessLine() async throws {
    let fixture = try await log(closed: false)
    let name = "segment/002"
    try fixture.write(
      try fixture.bytes(name) + [UInt8](repeating: 0x61, count: 70_000), to: name)
    #expect(failure(fixture)?.file == name)
  }
}
