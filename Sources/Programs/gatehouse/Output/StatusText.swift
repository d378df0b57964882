import StrictJSON

/// A status for people: each member a section, lists of objects as tables.
enum StatusText {
  static func text(_ status: JSONObject) -> String {
    status.members.map { self.section($0.name, $0.value) }.joined(separator: "\n")
  }

  private static func section(_ name: String, _ value: JSONValue) -> String {
    let lines = self.table(value) ?? FieldText.lines(value)
    return ([self.title(name)] + lines.map { "  \($0)" }).joined(separator: "\n")
  }

  /// The rows of a list of objects; `nil` for anything else.
  private static func table(_ value: JSONValue) -> [String]? {
    guard let elements = value.arrayValue, !elements.isEmpty else { return nil }
    let objects = elements.compactMap(\.objectValue)
    guard objects.count == elements.count else { return nil }
    var columns: [String] = []
    for name in objects.flatMap(\.keys) where !columns.contains(name) { columns.append(name) }
    var table = TextTable(columns.map { self.words($0).uppercased() })
    for object in objects {
      table.add(columns.map { FieldText.inline(object[$0] ?? .string("")) })
    }
    return table.text.split(separator: "\n").map(String.init)
  }

  /// `notEnforcing` becomes `Not enforcing`.
  private static func title(_ name: String) -> String {
    let words = self.words(name)
    return words.prefix(1).uppercased() + words.dropFirst()
  }

  private static func words(_ name: String) -> String {
    Terminal.plain(name).reduce(into: "") { words, character in
      words += character.isUppercase ? " \(character.lowercased())" : String(character)
    }
  }
}
