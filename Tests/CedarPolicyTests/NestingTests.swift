import CedarPolicy
import Testing

@Suite("Nesting")
struct NestingTests {
  /// Ways to nest: the texts before and after the innermost one, and levels that one of them adds.
  static let shapes: [(name: String, open: String, close: String, inner: String, levels: Int)] = [
    ("parentheses", "(", ")", "true", 1),
    ("signs", "!!!!(", ")", "true", 4),
    ("sets", "[", "]", "1", 1),
    ("records", "{a: ", "}", "1", 1),
    ("attributes", "", ".a", "context", 1),
    ("tests of sets", "[true].contains(", ")", "true", 1),
    ("calls", "ip(", ")", "\"::1\"", 1),
    ("conditions", "if ", " then true else false", "true", 1),
    ("branches", "if true then true else ", "", "true", 1),
    ("operators", "(1 + 2 * ", ")", "3", 2),
    ("conjunctions", "(true && ", ")", "true", 1),
    ("comparisons", "(true == ", ")", "true", 1),
    ("membership", "(principal in [", "])", "principal", 2),
    ("types", "[principal is User in ", "]", "principal", 2),
    ("patterns", "(", " like \"a\")", "\"a\"", 1),
    ("paths", "(", " has a.b)", "context", 1),
    ("tags", "principal.getTag(", ")", "\"level\"", 1),
    ("sums of negations", "(1 - ----", ")", "1", 5),
  ]

  static func text(
    _ shape: (name: String, open: String, close: String, inner: String, levels: Int), count: Int
  ) -> String {
    String(repeating: shape.open, count: count) + shape.inner
      + String(repeating: shape.close, count: count)
  }

  @Test("what is accepted is parsed and evaluated on a stack of 512 KiB", arguments: shapes.indices)
  func deepestAcceptedFits(index: Int) throws {
    let shape = Self.shapes[index]
    let count = (CedarLimits.nesting - 4) / shape.levels
    let policy =
      "permit(principal, action, resource) when { [\(Self.text(shape, count: count))] == 1 };"
    let result = onSmallStack {
      do {
        return "\(try Sample.outcome(ofPolicy: policy) as Any)"
      } catch {
        return "error: \(error)"
      }
    }
    #expect(result?.hasPrefix("Optional") == true, "\(shape.name): \(result ?? "nothing")")
  }

  @Test("what is nested deeper is refused with its place", arguments: shapes.indices)
  func deeperIsRefused(index: Int) throws {
    let shape = Self.shapes[index]
    for count in [CedarLimits.nesting + 1, 20_000] {
      let text = Self.text(shape, count: count)
      let message = onSmallStack { Sample.conditionError("\(text) == 1")?.description ?? "none" }
      #expect(message?.contains("nested too deeply") == true, "\(shape.name): \(message ?? "")")
    }
  }

  @Test("long chains of one operator are not deep")
  func longChains() throws {
    for (separator, item) in [(" && ", "true"), (" || ", "false"), (" + ", "1"), (" * ", "1")] {
      let chain = Array(repeating: item, count: 20_000).joined(separator: separator)
      #expect(try Sample.holds("(\(chain)) == 0") == false)
    }
  }
}
