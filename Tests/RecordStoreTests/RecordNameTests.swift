import RecordStore
import Testing

@Suite("Record kinds and keys")
struct RecordNameTests {
  @Test(
    "a kind that follows the rules is taken",
    arguments: ["a", "workload", "signingKey", "a-1", "z9", String(repeating: "a", count: 64)])
  func goodKind(_ name: String) {
    #expect(RecordKind(rawValue: name)?.rawValue == name)
  }

  @Test(
    "a kind that breaks the rules is refused",
    arguments: [
      "", "A", "1a", "-a", "a_b", "a b", "a.b", "a/b", "a\u{0}", "\u{E9}", "aé", "a\n", "ａ",
      String(repeating: "a", count: 65), String(repeating: "a", count: 1 << 20),
    ])
  func badKind(_ name: String) {
    #expect(RecordKind(rawValue: name) == nil)
  }

  @Test("a literal kind equals the parsed one")
  func literalKind() {
    #expect(RecordKind("workload") == RecordKind(rawValue: "workload"))
  }

  @Test("a name has 1 to 1024 bytes of UTF-8")
  func nameLength() throws {
    let kind = RecordKind("workload")
    #expect(try RecordKey(kind: kind, name: String(repeating: "x", count: 1024)).kind == kind)
    for name in [
      "", String(repeating: "x", count: 1025), String(repeating: "\u{1F642}", count: 257),
    ] {
      let refusal = InvalidRecordName(kind: kind, length: name.utf8.count)
      #expect(throws: refusal) { try RecordKey(kind: kind, name: name) }
    }
  }

  @Test("keys are equal when their bytes are, not by canonical equivalence")
  func byteEquality() throws {
    let kind = RecordKind("workload")
    let composed = try RecordKey(kind: kind, name: "\u{E9}")
    let decomposed = try RecordKey(kind: kind, name: "e\u{301}")
    #expect(composed.name == decomposed.name, "as strings they are equal")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(decomposed < composed)
  }

  @Test("keys sort by kind, then by the bytes of the name")
  func order() throws {
    let keys = try [
      ("pear", "a"), ("apple", "b"), ("apple", "B"), ("apple", "\u{FFFD}"), ("apple", "\u{1F642}"),
      ("apple", "a"), ("apple-x", "a"), ("appleX", "a"),
    ].map { try RecordKey(kind: #require(RecordKind(rawValue: $0)), name: $1) }
    let expected = [
      "apple/B", "apple/a", "apple/b", "apple/\u{FFFD}", "apple/\u{1F642}", "apple-x/a", "appleX/a",
      "pear/a",
    ]
    #expect(keys.sorted().map(\.description) == expected)
  }

  @Test("a key in a message stays on one line")
  func description() throws {
    let key = try RecordKey(kind: RecordKind("workload"), name: "a\nb\u{1B}[31m\r\nc")
    #expect(!key.description.contains { $0.isNewline })
    #expect(!key.description.unicodeScalars.contains { $0.value < 0x20 })
  }
}
