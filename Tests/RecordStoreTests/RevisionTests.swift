import RecordStore
import Testing

@Suite("Revisions, retention and pages")
struct RevisionTests {
  @Test("revisions run out with an error, not a trap")
  func lastRevision() throws {
    #expect(try Revision.zero.next() == Revision(rawValue: 1))
    #expect(throws: RecordStoreError.self) { try Revision(rawValue: .max).next() }
  }

  @Test(
    "the oldest cursor lies as many revisions back as are retained, and never before zero",
    arguments: [
      (0, 0, 0), (5, 0, 0), (5, 5, 0), (5, 6, 1), (0, 7, 7), (-3, 7, 7), (.max, .max, 0),
      (.max, 3, 0), (1, .max, .max - 1),
    ] as [(Int64, Int64, Int64)])
  func oldestCursor(_ retained: Int64, _ current: Int64, _ oldest: Int64) {
    let retention = HistoryRetention(revisions: retained)
    let cursor = retention.oldestCursor(at: Revision(rawValue: current))
    #expect(cursor == Revision(rawValue: oldest))
  }

  @Test("a page ends with the transaction that makes it large, however high the limit")
  func pageBytes() throws {
    var reader = try ChangePageReader(limit: .max)
    let value = [UInt8](repeating: 0, count: RecordLimits.valueBytes)
    let key = try RecordKey(kind: RecordKind("blob"), name: "a")
    var taken = 0
    while taken < 100 {
      let revision = Revision(rawValue: Int64(taken / 3 + 1))
      guard reader.take(RecordChange(key: key, revision: revision, value: value)) else { break }
      taken += 1
    }
    #expect(taken == 6, "16 MiB are reached within the second transaction of three")
    let page = reader.page(current: nil, cursor: .zero)
    #expect(page.upTo == Revision(rawValue: 2))
  }

  @Test("a broadcast never goes back, and tells late followers that it ended")
  func broadcast() async {
    let broadcast = RevisionBroadcast(current: Revision(rawValue: 5))
    var follower = broadcast.follow().makeAsyncIterator()
    broadcast.publish(Revision(rawValue: 7))
    broadcast.publish(Revision(rawValue: 6))
    #expect(await follower.next() == Revision(rawValue: 7))
    broadcast.finish()
    #expect(await follower.next() == nil)
    var late: [Revision] = []
    for await revision in broadcast.follow() { late.append(revision) }
    #expect(late == [Revision(rawValue: 7)])
  }

  @Test("a transaction above the sum of bytes is refused")
  func transactionBytes() async throws {
    let value = [UInt8](repeating: 0, count: RecordLimits.valueBytes)
    var transaction = RecordTransaction()
    for number in 0...(RecordLimits.transactionBytes / RecordLimits.valueBytes) {
      let key = try RecordKey(kind: RecordKind("blob"), name: "\(number)")
      transaction.put(key, value)
    }
    let asked = transaction
    #expect(throws: RecordStoreError.self) { try asked.checkLimits() }
  }

  @Test("errors say what was found and what was expected")
  func texts() throws {
    let key = try RecordKey(kind: RecordKind("workload"), name: "a")
    let found = Revision(rawValue: 3)
    let conflict = RecordConflict(key: key, expected: .at(Revision(rawValue: 2)), found: found)
    #expect("\(conflict)" == "record workload/a stands at revision 3; expected revision 2")
    let missing = RecordConflict(key: key, expected: .present, found: nil)
    #expect("\(missing)" == "record workload/a does not exist; expected that it exists")
    #expect("\(RecordStoreError.snapshotRequired(oldest: found))".contains("take a snapshot"))
  }
}
