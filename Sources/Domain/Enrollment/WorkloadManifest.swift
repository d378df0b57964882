import Credentials
package import SPIFFE
package import StrictJSON

extension Workload {
  /// The facts that manifests may name, by attestor.
  package static let facts: [String: [String]] = [
    "unix": [
      "uid", "gid", "user", "group", "supplementary_gid", "supplementary_group", "path", "sha256",
    ]
  ]

  /// The first segment of paths that the control plane gives to its own parts.
  package static let reservedPath = "gatehouse"

  /// Reads the spec of a Workload manifest.
  ///
  /// - Parameter needsEvidence: false where identities are somebody else's to give, and the manifest
  ///   only describes who has them.
  package init(
    name: String, spec: JSONObject, trustDomain: TrustDomain, needsEvidence: Bool = true
  ) throws(ManifestError) {
    let reader = try FieldReader(
      spec, path: "spec",
      known: [
        "path", "owner", "purpose", "environment", "kind", "tenant", "groups", "nodes", "evidence",
      ])
    self.init(
      name: name, id: try Self.identifier(reader, trustDomain: trustDomain),
      owner: try reader.string("owner"), purpose: try reader.string("purpose"),
      environment: try reader.string("environment"),
      kind: try reader.optionalString("kind") ?? "workload",
      tenant: try reader.optionalString("tenant") ?? "",
      groups: try reader.strings("groups"), nodes: try reader.strings("nodes"),
      evidence: try Self.evidence(reader, isNeeded: needsEvidence))
  }

  private static func identifier(
    _ reader: FieldReader, trustDomain: TrustDomain
  ) throws(ManifestError) -> SPIFFEID {
    let path = try reader.string("path")
    let field = reader.field("path")
    guard !path.contains("{") else {
      throw ManifestError(field: field, message: "template segments are not supported yet")
    }
    guard path.hasPrefix("/"), path.utf8.count > 1 else {
      throw ManifestError(field: field, message: "expected a path such as `/shop/checkout`")
    }
    guard path != "/\(Self.reservedPath)", !path.hasPrefix("/\(Self.reservedPath)/") else {
      throw ManifestError(
        field: field, message: "paths below `/\(Self.reservedPath)` belong to Gatehouse itself")
    }
    do {
      return try SPIFFEID(parsing: "spiffe://\(trustDomain)\(path)")
    } catch {
      throw ManifestError(field: field, message: "\(error)")
    }
  }

  private static func evidence(
    _ reader: FieldReader, isNeeded: Bool
  ) throws(ManifestError) -> [EvidenceRule] {
    var rules: [EvidenceRule] = []
    for (index, value) in try reader.array("evidence").enumerated() {
      let path = "\(reader.field("evidence"))[\(index)]"
      guard let object = value.objectValue else {
        throw ManifestError(field: path, message: "expected a mapping")
      }
      rules.append(try Self.rule(object, path: path))
    }
    guard !rules.isEmpty || !isNeeded else {
      throw ManifestError(
        field: reader.field("evidence"),
        message: "required: without evidence nobody can earn this identity")
    }
    return rules
  }

  /// A value that no process can have would be a rule that never holds, and nobody would know why.
  private static func check(
    _ value: String, of fact: String, field: String
  ) throws(ManifestError) {
    switch fact {
    case "uid", "gid", "supplementary_gid":
      guard let number = UInt32(value), String(number) == value else {
        throw ManifestError(field: field, message: "expected a number such as `1000`")
      }
    case "sha256":
      guard value.utf8.count == 64, Hexadecimal.decode(value) != nil else {
        throw ManifestError(field: field, message: "expected 64 lower-case hexadecimal digits")
      }
    case "path":
      guard value.hasPrefix("/") else {
        throw ManifestError(field: field, message: "expected an absolute path")
      }
    default: return
    }
  }

  private static func rule(_ object: JSONObject, path: String) throws(ManifestError) -> EvidenceRule
  {
    let reader = try FieldReader(object, path: path, known: ["attestor", "match"])
    let attestor = try reader.string("attestor")
    guard let known = Self.facts[attestor] else {
      let hint = NearestName.of(attestor, among: Array(Self.facts.keys))
      throw ManifestError(
        field: reader.field("attestor"),
        message: "unknown attestor" + (hint.map { "; did you mean `\($0)`?" } ?? ""))
    }
    let match = try FieldReader(
      reader.object("match") ?? [:], path: reader.field("match"), known: known)
    var facts: [String: String] = [:]
    for name in known {
      if let number = match.value(name)?.integerValue {
        facts[name] = String(number)
      } else if let text = try match.optionalString(name) {
        facts[name] = text
      }
      if let value = facts[name] { try Self.check(value, of: name, field: match.field(name)) }
    }
    do {
      return try EvidenceRule(attestor: attestor, match: facts)
    } catch {
      throw ManifestError(field: reader.field("match"), message: error.description)
    }
  }
}
