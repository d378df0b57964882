import Credentials
package import StrictJSON

/// Reads the fields of one object strictly: each has the expected type, none is unknown.
package struct FieldReader {
  private let object: JSONObject
  package let path: String

  /// - Throws: `ManifestError` when a member is not one of `known`, naming the nearest of them.
  package init(_ object: JSONObject, path: String, known: [String]) throws(ManifestError) {
    self.object = object
    self.path = path
    for name in object.keys where !known.contains(name) {
      let hint = NearestName.of(name, among: known).map { "; did you mean `\($0)`?" } ?? ""
      throw ManifestError(
        field: "\(path).\(Self.shown(name))", message: "unknown field\(hint)")
    }
  }

  package func field(_ name: String) -> String { "\(self.path).\(name)" }

  /// A name that somebody else chose, short and on one line.
  private static func shown(_ name: String) -> String {
    let scalars = name.unicodeScalars.prefix(64).map { $0.isUnprintable ? "?" : $0 }
    return String(String.UnicodeScalarView(scalars))
  }

  package func value(_ name: String) -> JSONValue? { self.object[name] }

  package func string(_ name: String) throws(ManifestError) -> String {
    guard let text = try self.optionalString(name) else {
      throw ManifestError(field: self.field(name), message: "required, and missing")
    }
    return text
  }

  package func optionalString(_ name: String) throws(ManifestError) -> String? {
    guard let value = self.object[name] else { return nil }
    guard let text = value.stringValue else {
      throw ManifestError(field: self.field(name), message: "expected a string")
    }
    try Self.check(text, field: self.field(name))
    return text
  }

  private static func check(_ text: String, field: String) throws(ManifestError) {
    guard !text.isEmpty, text.utf8.count <= 4096,
      !text.unicodeScalars.contains(where: \.isUnprintable)
    else {
      throw ManifestError(
        field: field, message: "expected 1 to 4096 bytes of text without line breaks")
    }
  }

  package func strings(_ name: String) throws(ManifestError) -> [String] {
    var texts: [String] = []
    var seen: Set<String> = []
    for (index, value) in try self.array(name).enumerated() {
      let field = "\(self.field(name))[\(index)]"
      guard let text = value.stringValue else {
        throw ManifestError(field: field, message: "expected a string")
      }
      try Self.check(text, field: field)
      guard seen.insert(text).inserted else {
        throw ManifestError(field: field, message: "stands here twice")
      }
      texts.append(text)
    }
    return texts
  }

  /// The elements of an array; an absent one is empty.
  package func array(_ name: String) throws(ManifestError) -> [JSONValue] {
    guard let value = self.object[name] else { return [] }
    guard let elements = value.arrayValue else {
      throw ManifestError(field: self.field(name), message: "expected a list")
    }
    return elements
  }

  package func object(_ name: String) throws(ManifestError) -> JSONObject? {
    guard let value = self.object[name] else { return nil }
    guard let object = value.objectValue else {
      throw ManifestError(field: self.field(name), message: "expected a mapping")
    }
    return object
  }

  package func boolean(_ name: String, default fallback: Bool) throws(ManifestError) -> Bool {
    guard let value = self.object[name] else { return fallback }
    guard let truth = value.boolValue else {
      throw ManifestError(field: self.field(name), message: "expected `true` or `false`")
    }
    return truth
  }

  /// A duration such as `90s`, `5m` or `1h`, or a number of seconds; the result is in seconds.
  package func duration(
    _ name: String, default fallback: Int64, in range: ClosedRange<Int64>
  ) throws(ManifestError) -> Int64 {
    guard let value = self.object[name] else { return fallback }
    guard let seconds = Self.seconds(value), range.contains(seconds) else {
      throw ManifestError(
        field: self.field(name),
        message: "expected a duration such as `90s`, `5m` or `1h`, "
          + "from \(range.lowerBound) to \(range.upperBound) seconds")
    }
    return seconds
  }

  package func integer(
    _ name: String, default fallback: Int64, in range: ClosedRange<Int64>
  ) throws(ManifestError) -> Int64 {
    guard let value = self.object[name] else { return fallback }
    guard let number = value.integerValue, range.contains(number) else {
      throw ManifestError(
        field: self.field(name),
        message: "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  package func choice<Choice>(
    _ name: String, default fallback: Choice?
  ) throws(ManifestError) -> Choice
  where Choice: RawRepresentable<String> & CaseIterable {
    guard let text = try self.optionalString(name) else {
      if let fallback { return fallback }
      throw ManifestError(field: self.field(name), message: "required, and missing")
    }
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
      throw ManifestError(field: self.field(name), message: "expected one of \(names)")
    }
    return choice
  }

  private static func seconds(_ value: JSONValue) -> Int64? {
    if let number = value.integerValue { return number }
    guard let text = value.stringValue, let unit = text.last,
      text.dropLast().utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let count = Int64(text.dropLast())
    else { return nil }
    let factor: Int64
    switch unit {
    case "s": factor = 1
    case "m": factor = 60
    case "h": factor = 3600
    default: return nil
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }
}

extension Unicode.Scalar {
  /// Whether it breaks the line or turns the direction of what follows: such text could pass for
  /// something else where it is shown.
  fileprivate var isUnprintable: Bool {
    switch self.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    // Joiners belong to the spelling of several languages.
    case .format: self.value != 0x200C && self.value != 0x200D
    default: false
    }
  }
}
