import Credentials
import Enrollment
import StrictJSON

/// A document of a file that has the shape of a manifest; its spec is not looked into.
struct ManifestHead {
  let kind: ManifestKind
  let name: String
  let spec: JSONObject

  private static let fields = ["apiVersion", "kind", "metadata", "spec"]

  /// - Throws: `ManifestError` with the path of the field.
  init(_ value: JSONValue) throws(ManifestError) {
    guard !value.isNull else {
      throw ManifestError(field: "", message: "this document is empty: remove it or its `---`")
    }
    guard let object = value.objectValue else {
      throw ManifestError(
        field: "", message: "expected a mapping with apiVersion, kind, metadata and spec")
    }
    for name in object.keys where !Self.fields.contains(name) {
      throw ManifestError(
        field: name, message: "unknown field" + Self.hint(name, among: Self.fields))
    }
    try Self.checkVersion(object)
    self.kind = try Self.kind(object)
    self.name = try Self.name(object)
    guard let spec = object["spec"] else {
      throw ManifestError(field: "spec", message: "required, and missing")
    }
    guard let fields = spec.objectValue else {
      throw ManifestError(field: "spec", message: "expected a mapping")
    }
    self.spec = fields
  }

  private static func checkVersion(_ object: JSONObject) throws(ManifestError) {
    let version = try self.string("apiVersion", object["apiVersion"])
    guard version == ManifestDocument.apiVersion else {
      throw ManifestError(
        field: "apiVersion",
        message: "unknown version `\(version)`; this one reads `\(ManifestDocument.apiVersion)`")
    }
  }

  private static func kind(_ object: JSONObject) throws(ManifestError) -> ManifestKind {
    let text = try self.string("kind", object["kind"])
    guard let kind = ManifestKind(rawValue: text) else {
      let kinds = ManifestKind.allCases.map(\.rawValue)
      let nearest = self.hint(text, among: kinds)
      let known = "; the kinds are \(kinds.joined(separator: ", "))"
      throw ManifestError(
        field: "kind", message: "unknown kind `\(text)`" + (nearest.isEmpty ? known : nearest))
    }
    return kind
  }

  private static func name(_ object: JSONObject) throws(ManifestError) -> String {
    guard let metadata = object["metadata"] else {
      throw ManifestError(field: "metadata", message: "required, and missing")
    }
    guard let fields = metadata.objectValue else {
      throw ManifestError(field: "metadata", message: "expected a mapping with a name")
    }
    for name in fields.keys where name != "name" {
      throw ManifestError(
        field: "metadata.\(name)", message: "unknown field" + self.hint(name, among: ["name"]))
    }
    let name = try self.string("metadata.name", fields["name"])
    guard name.utf8.count <= 253, name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !name.utf8.contains(UInt8(ascii: "/"))
    else {
      throw ManifestError(
        field: "metadata.name", message: "expected at most 253 letters, digits, `-`, `_` and `.`")
    }
    return name
  }

  private static func string(_ field: String, _ value: JSONValue?) throws(ManifestError) -> String {
    guard let value, !value.isNull else {
      throw ManifestError(field: field, message: "required, and missing")
    }
    guard let text = value.stringValue else {
      throw ManifestError(
        field: field, message: "expected text; quote it if it looks like a number")
    }
    guard !text.isEmpty else { throw ManifestError(field: field, message: "must not be empty") }
    return text
  }

  private static func hint(_ name: String, among candidates: [String]) -> String {
    NearestName.of(name, among: candidates).map { "; did you mean `\($0)`?" } ?? ""
  }
}
