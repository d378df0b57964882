import Foundation
import Testing
import TransparencyLog

@testable import AuditStore

@Suite(.timeLimit(.minutes(5))) struct RecoveryTests {
  /// A log that was killed: two sealed events, one durable and not sealed.
  private func killedLog() async throws -> (LogFixture, covered: Int) {
    let fixture = try LogFixture()
    let store = try await fixture.open()
    _ = try await store.append([event(1), event(2)])
    try await store.flush()
    let receipt = try await store.append([event(3)])
    return (fixture, Int(receipt.position.offset))
  }

  @Test("a tail torn at any byte goes to the quarantine; complete events stay")
  func tornAnywhere() async throws {
    let (killed, covered) = try await killedLog()
    let bytes = try killed.bytes("segment/000")
    for length in covered..<bytes.count {
      let fixture = try LogFixture(copying: killed)
      try fixture.write(Array(bytes.prefix(length)), to: "segment/000")
      let before = try fixture.verify()
      #expect(before.uncoveredEvents == 0)
      #expect(before.tornBytes == UInt64(length - covered))
      let store = try await fixture.open()
      #expect(store.recovery.events == 2)
      #expect(store.recovery.recoveredEvents == 0)
      if length == covered {
        #expect(store.recovery.quarantine == nil)
      } else {
        let quarantine = try #require(store.recovery.quarantine)
        #expect(quarantine.length == UInt64(length - covered))
        #expect(!quarantine.path.hasPrefix(fixture.folder + "/"))
        let kept = Array(try Data(contentsOf: URL(filePath: quarantine.path)))
        #expect(kept == Array(bytes[covered..<length]))
      }
      _ = try await store.append([event("after")])
      try await store.close()
      #expect(try fixture.events() == [eventText(1), eventText(2), eventText("after")])
      #expect(try fixture.verify().events == 3)
    }
  }

  @Test("two torn tails at the same place are both kept")
  func tornTwice() async throws {
    let (fixture, covered) = try await killedLog()
    let bytes = try fixture.bytes("segment/000")
    var paths: Set<String> = []
    for _ in 0..<3 {
      try fixture.write(Array(bytes.prefix(covered + 5)), to: "segment/000")
      paths.insert(try #require(try await fixture.open().recovery.quarantine?.path))
    }
    #expect(paths.count == 3)
  }

  @Test("a changed byte in what is covered or complete: opening refuses and changes nothing")
  func damaged() async throws {
    let (killed, _) = try await killedLog()
    for name in try killed.files() {
      let bytes = try killed.bytes(name)
      // The end of the last, uncovered line is all that a torn write could also look like.
      let last = name == "segment/000" ? bytes.count - 1 : bytes.count
      for position in stride(from: 0, to: last, by: 11) {
        let fixture = try LogFixture(copying: killed)
        var changed = bytes
        changed[position] ^= 0x01
        try fixture.write(changed, to: name)
        await #expect("\(name), byte \(position)") { _ = try await fixture.open() } throws: {
          let error = $0 as? AuditStoreError
          return error?.code == .damaged && error?.damage?.file == name
        }
        #expect(try fixture.bytes(name) == changed)
        #expect(try fixture.files() == killed.files())
      }
    }
  }

  @Test("a log that is shorter than its own checkpoint is refused")
  func truncated() async throws {
    let (killed, covered) = try await killedLog()
    for length in [0, 1, covered / 2, covered - 1] {
      let fixture = try LogFixture(copying: killed)
      let bytes = try fixture.bytes("segment/000")
      try fixture.write(Array(bytes.prefix(length)), to: "segment/000")
      await #expect { _ = try await fixture.open() } throws: {
        let damage = ($0 as? AuditStoreError)?.damage
        return damage?.file == "segment/000" && damage?.leaf == 0
          && damage?.offset == UInt64(length)
      }
    }
  }

  @Test("a log whose checkpoint or any other file is gone is refused, never begun anew")
  func missingFiles() async throws {
    let (killed, _) = try await killedLog()
    for name in try killed.files() {
      let fixture = try LogFixture(copying: killed)
      try FileManager.default.removeItem(atPath: fixture.path(name))
      await #expect("\(name)") { _ = try await fixture.open() } throws: {
        ($0 as? AuditStoreError)?.damage?.file == name
      }
    }
  }

  @Test("an unknown file in the folder: opening refuses")
  func unknownFile() async throws {
    let (fixture, _) = try await killedLog()
    try fixture.write([1], to: "notes.txt")
    await #expect { _ = try await fixture.open() } throws: {
      ($0 as? AuditStoreError)?.damage?.file == "notes.txt"
    }
  }

  @Test("a long tail is sealed into several leaves, over several segment files")
  func longTail() async throws {
    let fixture = try LogFixture()
    var limits = LogWriter.Limits()
    limits.leafLength = 300
    limits.segmentLength = 1000
    let texts = (0..<200).map { eventText($0) }
    do {
      let store = try await fixture.open(limits: limits)
      for text in texts { _ = try await store.append([Array(text.utf8)]) }
    }
    #expect(try fixture.verify().uncoveredEvents == 200)
    let store = try await fixture.open(limits: limits)
    #expect(store.recovery.recoveredEvents == 200)
    #expect(store.checkpoint.size > 20)
    _ = try await store.append([event("more")])
    try await store.close()
    #expect(try fixture.events() == texts + [eventText("more")])
    #expect(try fixture.verify().events == 201)
  }

  @Test("a segment file that was begun and got no complete line goes away")
  func emptySegmentFile() async throws {
    let (killed, _) = try await killedLog()
    for bytes in [[], Array("torn".utf8)] {
      let fixture = try LogFixture(copying: killed)
      try fixture.write(bytes, to: "segment/001")
      #expect(try fixture.verify().uncoveredEvents == 1)
      let store = try await fixture.open()
      #expect(store.recovery.quarantine?.length == (bytes.isEmpty ? nil : 4))
      #expect(try !fixture.files().contains("segment/001"))
      _ = try await store.append([event("after")])
      try await store.close()
      #expect(try fixture.verify().events == 4)
    }
  }
}
