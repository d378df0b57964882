import CedarPolicy
import Testing

@Suite("Hostile policy texts")
struct HostileTextTests {
  @Test(
    "a text of 10 MB is refused",
    arguments: ["(", "a", "\"", " ", "9", "permit(principal,action,resource);", "//", "\n", "😀"])
  func hugeTexts(piece: String) throws {
    let text = String(repeating: piece, count: 10_000_000 / piece.utf8.count)
    let error = try #require(Sample.parseError(text))
    #expect(error.message.contains("bytes"))
  }

  @Test(
    "long runs of one token end in an error",
    arguments: [
      "!", "-", "(", "[", "{", "a.", "a::", "\"a\"", "@a", "if ", "1+", "permit(", "?", "// ",
    ])
  func runs(piece: String) {
    let run = String(repeating: piece, count: 50_000)
    #expect(Sample.conditionError(run) != nil)
    #expect(Sample.parseError("permit" + run) != nil)
  }

  @Test("every beginning of a policy ends in an error or a policy")
  func truncated() {
    let text =
      #"@a("b\u{41}") permit(principal is A::B in ?principal, action in [Action::"x"], resource) "#
      + #"when { if -1 < [2, {"k": ip("::1")}].k.b["c"].getTag("t") then "x" like "*\*" else !true "#
      + #"&& context has a.b || principal is U in [R::"r"] }; "#
    let complete = text.utf8.count - 1
    for length in 1..<complete {
      #expect(Sample.parseError(String(text.prefix(length))) != nil, "\(text.prefix(length))")
    }
    #expect(Sample.parseError(text) == nil)
  }

  @Test("a text with one character changed never traps")
  func mutated() {
    let text = Array(
      #"permit(principal, action == Action::"x", resource) when { [1, {a: "\n"}].b(2) like "*" };"#)
    var refused = 0
    for index in text.indices {
      for character in ["\"", "\\", "(", "}", "\u{0}", "é", "0", ":", "-", "?"] as [Character] {
        var changed = text
        changed[index] = character
        refused += Sample.parseError(String(changed)) == nil ? 0 : 1
      }
    }
    #expect(refused > 0)
  }
}
