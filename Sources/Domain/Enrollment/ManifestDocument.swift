package import StrictJSON

/// One manifest as it was written, before it means anything: kind, name and spec.
package struct ManifestDocument: Hashable, Sendable {
  package static let apiVersion = "gatehouse.dev/v1"

  package let kind: ManifestKind
  package let name: String
  package let spec: JSONObject
  /// For a Service, the text of the contract that the manifest names.
  package let contract: String?

  package init(kind: ManifestKind, name: String, spec: JSONObject, contract: String?) {
    self.kind = kind
    self.name = name
    self.spec = spec
    self.contract = contract
  }
}

/// The kinds that `apply` and `get` know. Policies are Cedar text and have no manifest.
package enum ManifestKind: String, Hashable, Sendable, CaseIterable {
  case workload = "Workload"
  case service = "Service"
}

/// What is wrong with a manifest, and where: the path of a field such as `spec.evidence[0].match`.
package struct ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
  package let field: String
  package let message: String

  package init(field: String, message: String) {
    self.field = field
    self.message = message
  }

  package var description: String { "`\(self.field)`: \(self.message)" }
}
