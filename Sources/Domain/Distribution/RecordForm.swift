package import StrictJSON

/// The kinds of records, and which of them gateways are told.
package enum RecordForm {
  package static let workload = "workload"
  package static let service = "service"
  package static let policy = "policy"
  package static let revocation = "revocation"
  package static let suspension = "suspension"
  package static let signingKey = "signing-key"
  package static let sealedKey = "sealed-key"
  package static let authority = "authority"
  package static let setting = "setting"
  package static let gateway = "gateway"
  /// By SPIFFE ID: in which condition the workload was last reported to be.
  package static let posture = "posture"

  /// What gateways decide by. Nothing that is sealed, and nothing about who administers.
  package static let distributed: Set<String> = [
    workload, service, policy, posture, revocation, signingKey, authority, setting,
  ]

  /// The names of settings, each with a string value.
  package enum Setting {
    package static let trustDomain = "trust-domain"
    package static let issuer = "issuer"
  }
}

/// A manifest or a policy as a record holds it.
package struct ManifestRecord: Hashable, Sendable {
  package var spec: JSONObject
  /// A service's contract, or a policy's Cedar text.
  package var text: String?

  package init(spec: JSONObject, text: String?) {
    self.spec = spec
    self.text = text
  }

  package init(bytes: [UInt8]) throws(UnreadableRecord) {
    let object = try RecordReader(bytes)
    self.spec = try object.object("spec")
    self.text = object.optionalString("text")
  }

  /// The Cedar text of a policy.
  /// - Throws: ``UnreadableRecord`` for a record without one: no text is not an empty one, which
  ///   forbids nothing.
  package func policyText() throws(UnreadableRecord) -> String {
    guard let text = self.text else { throw UnreadableRecord("a policy's record has no text") }
    return text
  }

  package var bytes: [UInt8] {
    var object: JSONObject = ["spec": .object(self.spec)]
    object["text"] = self.text.map(JSONValue.string)
    return JSONValue.object(object).serialized()
  }
}

/// A named value that the installation keeps.
package struct SettingRecord: Hashable, Sendable {
  package var value: String

  package init(value: String) {
    self.value = value
  }

  package init(bytes: [UInt8]) throws(UnreadableRecord) {
    self.value = try RecordReader(bytes).string("value")
  }

  package var bytes: [UInt8] {
    JSONValue.object(["value": .string(self.value)]).serialized()
  }
}
