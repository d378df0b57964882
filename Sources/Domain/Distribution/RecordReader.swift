package import StrictJSON

/// A record cannot be understood: whoever meets one stops or keeps what it had.
package struct UnreadableRecord: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// Reads the members of a record's JSON object.
package struct RecordReader {
  private let json: JSONObject

  package init(_ bytes: [UInt8]) throws(UnreadableRecord) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes, limits: Self.limits)
    } catch {
      throw UnreadableRecord("a record is not JSON: \(error)")
    }
    guard let object = value.objectValue else {
      throw UnreadableRecord("a record is not a JSON object")
    }
    self.json = object
  }

  /// Records are our own, and a contract may be long.
  private static var limits: JSONLimits {
    var limits = JSONLimits.standard
    limits.maximumBytes = 8 * 1024 * 1024
    return limits
  }

  package func string(_ name: String) throws(UnreadableRecord) -> String {
    guard let text = self.json[name]?.stringValue else { throw Self.missing(name) }
    return text
  }

  package func optionalString(_ name: String) -> String? { self.json[name]?.stringValue }

  package func integer(_ name: String) throws(UnreadableRecord) -> Int64 {
    guard let number = self.json[name]?.integerValue else { throw Self.missing(name) }
    return number
  }

  package func optionalInteger(_ name: String) -> Int64? { self.json[name]?.integerValue }

  package func object(_ name: String) throws(UnreadableRecord) -> JSONObject {
    guard let object = self.json[name]?.objectValue else { throw Self.missing(name) }
    return object
  }

  package func strings(_ name: String) throws(UnreadableRecord) -> [String] {
    guard let elements = self.json[name]?.arrayValue else { throw Self.missing(name) }
    let texts = elements.compactMap(\.stringValue)
    guard texts.count == elements.count else { throw Self.missing(name) }
    return texts
  }

  private static func missing(_ name: String) -> UnreadableRecord {
    UnreadableRecord("a record lacks a readable member `\(name)`")
  }
}
