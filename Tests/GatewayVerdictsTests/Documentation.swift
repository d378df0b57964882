import Foundation

/// What docs/verdicts.md tells operators to write. The tests run just that.
enum Documentation {
  struct Missing: Error {
    let heading: String
  }

  private static var file: String {
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
      .joined(separator: "/") + "/docs/verdicts.md"
  }

  /// The code blocks of a section, in order.
  /// - Parameter changing: what stands in a block, and what is put in its place. It has to be there.
  static func blocks(
    of heading: String, changing: KeyValuePairs<String, String>
  ) throws -> [String] {
    let text = try String(contentsOfFile: Self.file, encoding: .utf8)
    let section = text.components(separatedBy: "\n## ").first { $0.hasPrefix(heading + "\n") }
    guard var section else { throw Missing(heading: heading) }
    for (old, new) in changing {
      guard section.contains(old) else { throw Missing(heading: "\(heading): \(old)") }
      section = section.replacing(old, with: new)
    }
    // Every other piece is between two fences; its first line is the language.
    return section.components(separatedBy: "```").enumerated()
      .filter { !$0.offset.isMultiple(of: 2) }
      .map { $0.element.drop { $0 != "\n" }.dropFirst() }.map(String.init)
  }
}

extension String {
  /// Every line that many blanks to the right, as YAML nests.
  func indented(_ count: Int) -> String {
    self.split(separator: "\n").map { String(repeating: " ", count: count) + $0 }
      .joined(separator: "\n")
  }
}
