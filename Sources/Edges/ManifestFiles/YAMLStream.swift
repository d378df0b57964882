import Yams

/// The documents of one YAML file.
enum YAMLStream {
  /// What the resolver calls a scalar without quotes and without a tag.
  static let plain = Tag.Name(rawValue: "plain")

  /// Aliases that may stand in a file before it is composed; every one is refused afterwards, and so
  /// few cannot blow up.
  private static let aliases = 16

  /// Reads every document; what is wrong with one does not hide the others before it.
  ///
  /// - Throws: `MarkedError` for what is not YAML, or more YAML than manifests need.
  static func documents(of text: String, limits: FileLimits) throws(MarkedError) -> [MarkedValue] {
    if let place = self.bomb(text) {
      throw MarkedError(
        place: place, message: "anchors and aliases are not supported: write the values out")
    }
    do {
      let resolver = try Resolver.basic.appending(self.plain, "^")
      let parser = try Parser(yaml: text, resolver: resolver, encoding: .utf8)
      // An anchor lives as long as the parser, and the reader asks for anchors.
      return try withExtendedLifetime(parser) {
        var documents: [MarkedValue] = []
        while let node = try parser.nextRoot() {
          guard documents.count < limits.manifests else {
            throw MarkedError(
              place: MarkedValue.Place(node.mark), message: "too many documents in one file")
          }
          documents.append(try NodeReader.read(node, nesting: limits.nesting))
        }
        return documents
      }
    } catch let error as MarkedError {
      throw error
    } catch let error as YamlError {
      throw self.explain(error, text)
    } catch {
      throw MarkedError(place: .init(line: 1, column: 1), message: "not YAML: \(error)")
    }
  }

  /// Where the one alias too many stands. Composing copies what an alias names, and comparing the
  /// keys of a mapping visits every copy, so this has to be known before.
  private static func bomb(_ text: String) -> MarkedValue.Place? {
    var line = 1
    var column = 0
    var found = 0
    var previous = UInt8(ascii: "\n")
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 0
      } else {
        column += 1
      }
      if byte == UInt8(ascii: "*"), "\n\r\t [{,:-?".utf8.contains(previous) {
        found += 1
        if found > self.aliases { return MarkedValue.Place(line: line, column: column) }
      }
      previous = byte
    }
    return nil
  }

  private static func explain(_ error: YamlError, _ text: String) -> MarkedError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      MarkedError(place: MarkedValue.Place(mark), message: "not YAML: \(problem)")
    case .duplicatedKeysInMapping(let names, let context):
      MarkedError(
        place: MarkedValue.Place(context.mark),
        message: "twice in one mapping: \(names.map { "`\($0)`" }.joined(separator: ", "))")
    case .reader(let problem, let offset, _, _):
      MarkedError(place: self.place(of: offset, in: text), message: "not YAML: \(problem)")
    default:
      MarkedError(place: .init(line: 1, column: 1), message: "not YAML")
    }
  }

  private static func place(of offset: Int?, in text: String) -> MarkedValue.Place {
    let before = text.utf8.prefix(max(0, offset ?? 0))
    let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    return MarkedValue.Place(line: line, column: 1)
  }
}
