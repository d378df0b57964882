import Credentials
import Distribution
import StrictJSON
import Testing

@Suite struct PostureRecordTests {
  private func fact(_ name: String, _ value: String, _ observedAt: Int64) -> PostureFact {
    PostureFact(name: name, value: value, observedAt: observedAt)
  }

  @Test("facts are read back as they were written")
  func roundTrip() throws {
    for facts in [
      [], [fact("a", "", 0)], [fact("_b", "\u{0}\"\u{E9}\u{1F600}", .min), fact("z9", "x", .max)],
    ] {
      let record = PostureRecord(facts: facts)
      #expect(try PostureRecord(bytes: record.bytes) == record)
      #expect(record.facts == facts)
    }
  }

  @Test("the newest fact of a name counts, in whatever order they come")
  func newest() {
    let facts = [
      fact("b", "old", 1), fact("a", "x", 5), fact("b", "new", 2), fact("b", "older", 0),
    ]
    for order in [facts, facts.reversed()] {
      #expect(PostureRecord(facts: order).facts == [fact("a", "x", 5), fact("b", "new", 2)])
    }
    var record = PostureRecord(facts: facts)
    record.include(fact("b", "same time", 2))
    #expect(record.facts.last?.value == "same time")
    record.remove("a")
    record.remove("nothing")
    #expect(record.facts.map(\.name) == ["b"])
  }

  @Test(
    "bytes that are no posture are refused",
    arguments: [
      "", "{", "[]", "{}", #"{"facts":[]}"#, #"{"facts":null}"#, #"{"facts":{"a":7}}"#,
      #"{"facts":{"a":{"value":"x"}}}"#, #"{"facts":{"a":{"observedAt":1}}}"#,
      #"{"facts":{"a":{"value":"x","observedAt":"1"}}}"#,
      #"{"facts":{"a":{"value":"x","observedAt":1.5}}}"#,
      #"{"facts":{"":{"value":"x","observedAt":1}}}"#,
      #"{"facts":{"a-b":{"value":"x","observedAt":1}}}"#,
      #"{"facts":{"a":{"value":"x","observedAt":1},"a":{"value":"y","observedAt":2}}}"#,
      #"{"facts":{"a":{"value":"x","observedAt":99999999999999999999}}}"#,
    ])
  func unreadable(text: String) {
    #expect(throws: UnreadableRecord.self) { _ = try PostureRecord(bytes: Array(text.utf8)) }
  }

  @Test("a policy's record without a text is refused: no text is not an empty one")
  func policyText() throws {
    #expect(try ManifestRecord(spec: [:], text: "").policyText() == "")
    #expect(throws: UnreadableRecord.self) {
      _ = try ManifestRecord(spec: [:], text: nil).policyText()
    }
  }
}
