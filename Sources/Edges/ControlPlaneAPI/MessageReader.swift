import StrictJSON

/// A message is not what the interface defines, and where. Nothing of the message is repeated.
package struct MalformedMessage: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// Reads the members of one object of a message.
struct MessageReader {
  private let object: JSONObject

  /// - Parameter known: the only members that may be there; `nil` where a newer peer may say more.
  init(_ value: JSONValue, known: [String]?) throws(MalformedMessage) {
    guard let object = value.objectValue else { throw MalformedMessage("expected a JSON object") }
    if let known, object.keys.contains(where: { !known.contains($0) }) {
      throw MalformedMessage("expected no members but \(known.joined(separator: ", "))")
    }
    self.object = object
  }

  func value(_ name: String) -> JSONValue? { self.object[name] }

  func string(_ name: String) throws(MalformedMessage) -> String {
    guard let text = try self.optionalString(name) else {
      throw MalformedMessage("`\(name)` is missing")
    }
    return text
  }

  func optionalString(_ name: String) throws(MalformedMessage) -> String? {
    guard let value = self.object[name], !value.isNull else { return nil }
    guard let text = value.stringValue else {
      throw MalformedMessage("`\(name)` is not a string")
    }
    return text
  }

  func strings(_ name: String) throws(MalformedMessage) -> [String] {
    var texts: [String] = []
    for element in try self.array(name) {
      guard let text = element.stringValue else {
        throw MalformedMessage("`\(name)` holds something that is not a string")
      }
      texts.append(text)
    }
    return texts
  }

  /// The elements of an array; an absent one is empty.
  func array(_ name: String) throws(MalformedMessage) -> [JSONValue] {
    guard let value = self.object[name] else { return [] }
    guard let elements = value.arrayValue else {
      throw MalformedMessage("`\(name)` is not an array")
    }
    return elements
  }

  /// The members of an object; an absent one is empty.
  func object(_ name: String) throws(MalformedMessage) -> JSONObject {
    guard let value = self.object[name] else { return [:] }
    guard let object = value.objectValue else {
      throw MalformedMessage("`\(name)` is not an object")
    }
    return object
  }

  func bool(_ name: String) throws(MalformedMessage) -> Bool {
    guard let value = self.object[name] else { return false }
    guard let truth = value.boolValue else {
      throw MalformedMessage("`\(name)` is neither true nor false")
    }
    return truth
  }

  func integer(_ name: String) throws(MalformedMessage) -> Int64 {
    guard let number = self.object[name]?.integerValue else {
      throw MalformedMessage("`\(name)` is not a whole number")
    }
    return number
  }
}

extension JSONValue {
  /// An array of strings.
  init(_ texts: [String]) { self = .array(texts.map(JSONValue.string)) }
}
