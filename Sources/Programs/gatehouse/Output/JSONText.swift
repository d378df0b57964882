import StrictJSON

/// JSON with two blanks of indentation, members in their order.
enum JSONText {
  static func text(_ value: JSONValue) -> String {
    self.text(value, indentation: "")
  }

  private static func text(_ value: JSONValue, indentation: String) -> String {
    let inner = indentation + "  "
    switch value {
    case .array(let elements) where !elements.isEmpty:
      let lines = elements.map { inner + self.text($0, indentation: inner) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(indentation)]"
    case .object(let object) where !object.isEmpty:
      let lines = object.members.map { member in
        "\(inner)\(self.compact(.string(member.name))): "
          + self.text(member.value, indentation: inner)
      }
      return "{\n\(lines.joined(separator: ",\n"))\n\(indentation)}"
    default:
      return self.compact(value)
    }
  }

  static func compact(_ value: JSONValue) -> String {
    String(decoding: value.serialized(), as: UTF8.self)
  }
}
