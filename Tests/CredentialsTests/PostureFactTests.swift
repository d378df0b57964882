import Credentials
import Testing

@Suite struct PostureFactTests {
  @Test("a fact's age is counted from when it was found, and never below zero")
  func age() {
    for (observedAt, now, age) in [
      (100, 160, 60), (100, 100, 0), (100, 40, 0), (.min, .max, .max), (.max, .min, 0),
      (.min, 0, .max), (0, .min, 0), (-5, 5, 10),
    ] as [(Int64, Int64, Int64)] {
      let fact = PostureFact(name: "a", value: "", observedAt: observedAt)
      #expect(fact.age(at: now) == age, "\(observedAt) \(now)")
    }
  }

  @Test("names are identifiers of at most 64 bytes")
  func names() {
    let good = ["a", "_", "diskEncryption", "a1_", "Z", String(repeating: "x", count: 64)]
    let bad = [
      "", "1", "a b", "a-b", "a.b", "\u{E9}", "a\u{301}", "a\u{0}", "@", "[", "`", "{", "a\n",
      String(repeating: "x", count: 65), String(repeating: "x", count: 1_000_000),
    ]
    for name in good { #expect(PostureFact.isName(name), "\(name)") }
    for name in bad { #expect(!PostureFact.isName(name), "\(name.prefix(70))") }
  }
}
