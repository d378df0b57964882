import Credentials
import FoundationEssentials
import Yams

/// A configuration file cannot be used, where, and what was expected.
struct ConfigurationError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Everything that is wrong with a configuration, and with the files that it names.
struct ConfigurationProblems: Error, CustomStringConvertible {
  private(set) var lines: [String] = []

  init(_ lines: [String] = []) { self.lines = lines }

  var description: String { self.lines.joined(separator: "\n") }

  /// Goes on after a failure, to find the next one too.
  @discardableResult
  mutating func attempt<Value>(_ body: () throws -> Value) -> Value? {
    do {
      return try body()
    } catch let problems as ConfigurationProblems {
      self.lines += problems.lines
    } catch {
      self.lines.append("\(error)")
    }
    return nil
  }

  mutating func add(_ line: String) { self.lines.append(line) }

  func throwAny() throws {
    if !self.lines.isEmpty { throw self }
  }
}

/// A place in a configuration file.
struct ConfigurationNode {
  private static let maximumBytes = 1 << 20

  private let file: String
  /// The names that lead here.
  private let path: String
  private let node: Node

  init(file: String) throws {
    self.file = file
    self.path = ""
    let text: String
    do {
      let bytes = try Data(contentsOf: URL(filePath: file))
      guard bytes.count <= Self.maximumBytes, let read = String(validating: bytes, as: UTF8.self)
      else { throw ConfigurationError("expected UTF-8 text of at most a megabyte") }
      text = read
    } catch let error as ConfigurationError {
      throw ConfigurationError("\(file): \(error)")
    } catch {
      let isMissing = (error as? CocoaError)?.code == .fileReadNoSuchFile
      throw ConfigurationError(
        "\(file): \(isMissing ? "there is no such file" : "the file cannot be read")")
    }
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw ConfigurationError("\(file): the file is empty")
      }
      self.node = node
    } catch let error as YamlError {
      throw ConfigurationError("\(file): \(error)")
    }
    guard self.node.mapping != nil else { throw self.error("expected a mapping") }
  }

  private init(file: String, path: String, node: Node) {
    self.file = file
    self.path = path
    self.node = node
  }

  func error(_ text: String) -> ConfigurationError {
    ConfigurationError("\(self.location): \(text)")
  }

  /// File, line and the names that lead here.
  var location: String {
    let line = self.node.mark.map { ":\($0.line)" } ?? ""
    return "\(self.file)\(line)\(self.path.isEmpty ? "" : ": \(self.path)")"
  }

  /// - Throws: for a name that is not among these.
  func allowOnly(_ names: [String]) throws {
    guard let mapping = self.node.mapping else { throw self.error("expected a mapping") }
    for (key, _) in mapping {
      let place = ConfigurationNode(file: self.file, path: self.path, node: key)
      guard let name = key.string, names.contains(name) else {
        throw place.error("unknown field `\(key.string ?? "?")`; \(Self.hint(key.string, names))")
      }
    }
  }

  private static func hint(_ name: String?, _ names: [String]) -> String {
    if let nearest = name.flatMap({ NearestName.of($0, among: names) }) {
      return "did you mean `\(nearest)`?"
    }
    return "expected one of \(names.joined(separator: ", "))"
  }

  /// The mapping as text in one form, without some of its fields.
  func text(without names: Set<String>) throws -> String {
    let kept = (self.node.mapping ?? [:]).filter { !names.contains($0.key.string ?? "") }
    return try kept.map { "\($0.key.string ?? ""): \(try Yams.serialize(node: $0.value))" }
      .sorted().joined()
  }

  /// The elements of a list; of an absent one none.
  func elements(_ name: String) throws -> [ConfigurationNode] {
    guard let list = try self.optional(name) else { return [] }
    guard let sequence = list.node.sequence else { throw list.error("expected a list") }
    return sequence.enumerated().map { index, node in
      ConfigurationNode(file: self.file, path: "\(list.path)[\(index)]", node: node)
    }
  }

  /// A text, or a list of texts; of an absent one none.
  func texts(_ name: String) throws -> [ConfigurationNode] {
    guard let node = try self.optional(name) else { return [] }
    return node.node.sequence == nil ? [node] : try self.elements(name)
  }

  func choice<Choice>(_ type: Choice.Type) throws -> Choice
  where Choice: RawRepresentable<String> & CaseIterable {
    let text = try self.text()
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue)
      throw self.error("expected one of \(names.joined(separator: ", "))")
    }
    return choice
  }

  func optional(_ name: String) throws -> ConfigurationNode? {
    guard let mapping = self.node.mapping else { throw self.error("expected a mapping") }
    let path = self.path.isEmpty ? name : "\(self.path).\(name)"
    return mapping[Node(name)].map { ConfigurationNode(file: self.file, path: path, node: $0) }
  }

  func required(_ name: String) throws -> ConfigurationNode {
    guard let node = try self.optional(name) else { throw self.error("`\(name)` is missing") }
    return node
  }

  func text() throws -> String {
    guard let text = self.node.string, !text.isEmpty else { throw self.error("expected a text") }
    return text
  }

  /// A path; one that is not absolute begins at the configuration's folder.
  func filePath() throws -> String {
    let text = try self.text()
    guard !text.hasPrefix("/"), let slash = self.file.lastIndex(of: "/") else { return text }
    return "\(self.file[...slash])\(text)"
  }

  func parse<Value>(_ body: (String) throws -> Value) throws -> Value {
    let text = try self.text()
    do {
      return try body(text)
    } catch {
      throw self.error("\(error)")
    }
  }

  func boolean() throws -> Bool {
    guard let value = self.node.bool else { throw self.error("expected true or false") }
    return value
  }

  func integer(in range: ClosedRange<Int64>) throws -> Int64 {
    guard let number = Int64(try self.text()), range.contains(number) else {
      throw self.error("expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// Reads `30`, `30s`, `5m` or `1h`.
  func seconds(in range: ClosedRange<Int64>) throws -> Int64 {
    let text = try self.text()
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
    let unit = text.last.flatMap { units[$0] }
    let digits = unit == nil ? text[...] : text.dropLast()
    guard let number = Int64(digits), number >= 0, number <= range.upperBound,
      range.contains(number * (unit ?? 1))
    else {
      throw self.error(
        "expected a time from \(range.lowerBound)s to \(range.upperBound)s, such as `30s`")
    }
    return number * (unit ?? 1)
  }
}
