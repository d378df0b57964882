import CedarPolicy
import Testing

/// One of the library's readers, with what is hostile to it.
struct HostileReader: Sendable, CustomTestStringConvertible {
  /// A way to nest: texts before and after the innermost one.
  struct Shape: Sendable {
    let before: String
    let open: String
    let inner: String
    let close: String
    let after: String

    init(_ before: String, _ open: String, _ inner: String, _ close: String, _ after: String) {
      (self.before, self.open, self.inner) = (before, open, inner)
      (self.close, self.after) = (close, after)
    }

    func text(levels: Int) -> String {
      before + String(repeating: open, count: levels) + inner
        + String(repeating: close, count: levels) + after
    }
  }

  let name: String
  /// Texts that are read without an error, with much of the grammar in them.
  let samples: [String]
  let shapes: [Shape]
  /// Texts that say something twice and are refused for it.
  let duplicates: [String]
  /// Pieces that make a text of 10 MB when they are repeated.
  let pieces: [String]
  let read: @Sendable (String) throws -> Void

  var testDescription: String { name }

  /// The text of the error, or nil if the text is read; on a small stack.
  func refusal(of text: String) -> String? {
    let read = read
    let refusal = onSmallStack { () -> String? in
      do {
        try read(text)
        return nil
      } catch {
        return "\(error)"
      }
    }
    return refusal ?? nil
  }

  /// How many texts are refused, and the longest of the errors; on a small stack.
  func refusals(of texts: [String]) -> (count: Int, longest: String) {
    let read = read
    let refusals = onSmallStack { () -> (Int, String) in
      var (count, longest) = (0, "")
      for text in texts {
        do {
          try read(text)
        } catch {
          count += 1
          let message = "\(error)"
          if message.utf8.count > longest.utf8.count { longest = message }
        }
      }
      return (count, longest)
    }
    return refusals ?? (0, "")
  }

  static let all = [
    policies, entityName, entityTypeName, schema, schemaJSON, policiesJSON, entities, request,
    record,
  ]

  static let policies = HostileReader(
    name: "policies",
    samples: [
      #"@a("b\u{41}") permit(principal is A::B in ?principal, action in [Action::"x"], resource) "#
        + #"when { if -1 < [2, {"k": ip("::1")}].k.b["c"].getTag("t") then "x" like "*\*" else "#
        + #"!true && context has a.b || principal is U in [R::"r"] };"#,
      #"forbid(principal == A::"é", action, resource in B::"\x41") unless { 1 + 2 * -3 - 4 != 5 };"#,
    ],
    shapes: [
      Shape("permit(principal, action, resource) when { ", "(", "1", ")", " };"),
      Shape("permit(principal, action, resource) when { ", "[", "1", "]", " };"),
      Shape("permit(principal, action, resource) when { ", "{a:", "1", "}", " };"),
      Shape("permit(principal, action, resource) when { ", "if true then 1 else ", "1", "", " };"),
      Shape("permit(principal, action, resource) when { ", "", "context", ".a", " };"),
      Shape("permit(principal, action, resource) when { ", "", "context", "[\"a\"]", " };"),
      Shape("permit(principal, action, resource) when { ", "ip(", "1", ")", " };"),
      Shape("permit(principal, action, resource) when { ", "[].contains(", "1", ")", " };"),
      Shape("permit(principal, action, resource) when { ", "true == (", "1", ")", " };"),
    ],
    duplicates: ["permit(principal, action, resource) when { {a: 1, \"a\": 2} == 1 };"],
    pieces: ["(", "a", "\"", " ", "9", "//", "\n", "😀", "permit(principal, action, resource);"]
  ) { _ = try PolicySet(parsing: $0) }

  static let entityName = HostileReader(
    name: "entity names", samples: [#"A::B::"é\u{41}\x41\n""#],
    shapes: [Shape("", "A::", "B", "", "\"x\""), Shape("", "(", "A::\"x\"", ")", "")],
    duplicates: [], pieces: ["A::", "\"", "a", "\\u{", " ", "é"]
  ) { _ = try EntityUID(parsing: $0) }

  static let entityTypeName = HostileReader(
    name: "entity type names", samples: ["A::B_1::C"], shapes: [], duplicates: [],
    pieces: ["A::", "\"", "a", ":", " ", "é"]
  ) { _ = try EntityTypeName($0) }
}
