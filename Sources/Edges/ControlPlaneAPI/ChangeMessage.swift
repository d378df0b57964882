package import StrictJSON

/// The body of `POST /v1/apply`.
package struct ChangeMessage: Hashable, Sendable {
  package struct Manifest: Hashable, Sendable {
    /// `Workload` or `Service`.
    package var kind: String
    package var name: String
    package var spec: JSONObject
    /// For a Service, the text of its OpenAPI document.
    package var contract: String?

    package init(kind: String, name: String, spec: JSONObject, contract: String?) {
      self.kind = kind
      self.name = name
      self.spec = spec
      self.contract = contract
    }
  }

  package struct Policy: Hashable, Sendable {
    package var name: String
    /// Cedar.
    package var text: String

    package init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }

  package var manifests: [Manifest]
  package var policies: [Policy]
  package var isDryRun: Bool
  package var prunes: Bool

  package init(manifests: [Manifest], policies: [Policy], isDryRun: Bool, prunes: Bool) {
    self.manifests = manifests
    self.policies = policies
    self.isDryRun = isDryRun
    self.prunes = prunes
  }
}

extension ChangeMessage {
  package var json: JSONValue {
    [
      "documents": .array(self.manifests.map(\.json)),
      "policies": .array(self.policies.map(\.json)), "dryRun": .bool(self.isDryRun),
      "prune": .bool(self.prunes),
    ]
  }

  package init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: ["documents", "policies", "dryRun", "prune"])
    var manifests: [Manifest] = []
    for value in try reader.array("documents") { manifests.append(try Manifest(json: value)) }
    var policies: [Policy] = []
    for value in try reader.array("policies") { policies.append(try Policy(json: value)) }
    self.init(
      manifests: manifests, policies: policies, isDryRun: try reader.bool("dryRun"),
      prunes: try reader.bool("prune"))
  }
}

extension ChangeMessage.Manifest {
  var json: JSONValue {
    var object: JSONObject = [
      "kind": .string(self.kind), "name": .string(self.name), "spec": .object(self.spec),
    ]
    object["contract"] = self.contract.map(JSONValue.string)
    return .object(object)
  }

  init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: ["kind", "name", "spec", "contract"])
    self.init(
      kind: try reader.string("kind"), name: try reader.string("name"),
      spec: try reader.object("spec"), contract: try reader.optionalString("contract"))
  }
}

extension ChangeMessage.Policy {
  var json: JSONValue { ["name": .string(self.name), "text": .string(self.text)] }

  init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: ["name", "text"])
    self.init(name: try reader.string("name"), text: try reader.string("text"))
  }
}
