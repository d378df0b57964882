package import StrictJSON

/// The body of `POST /v1/revocations`: one target, and why.
package struct RevocationMessage: Hashable, Sendable {
  /// What is refused from now on, by the name of its member in the message.
  package enum Target: String, Hashable, Sendable, CaseIterable {
    case credential, workload, node, key, issuedBefore
  }

  package var target: Target
  /// A credential's id, a SPIFFE ID, a node, a key id, or a time as RFC 3339 writes it.
  package var subject: String
  package var reason: String

  package init(target: Target, subject: String, reason: String) {
    self.target = target
    self.subject = subject
    self.reason = reason
  }

  package var json: JSONValue {
    .object([
      self.target.rawValue: .string(self.subject), "reason": .string(self.reason),
    ])
  }

  package init(json: JSONValue) throws(MalformedMessage) {
    let names = Target.allCases.map(\.rawValue)
    let reader = try MessageReader(json, known: names + ["reason"])
    let targets = Target.allCases.filter { reader.value($0.rawValue) != nil }
    guard let target = targets.first, targets.count == 1 else {
      throw MalformedMessage("expected exactly one of \(names.joined(separator: ", "))")
    }
    let reason = try reader.string("reason")
    guard !reason.isEmpty, reason.utf8.count <= MessageLimits.reasonBytes else {
      throw MalformedMessage("`reason` has 1 to \(MessageLimits.reasonBytes) bytes")
    }
    self.init(target: target, subject: try reader.string(target.rawValue), reason: reason)
  }
}

/// What a revocation reached.
package struct RevocationReply: Hashable, Sendable {
  package var id: String
  /// RFC 3339.
  package var time: String
  package var credentials: [String]
  package var gateways: GatewayReply

  package init(id: String, time: String, credentials: [String], gateways: GatewayReply) {
    self.id = id
    self.time = time
    self.credentials = credentials
    self.gateways = gateways
  }

  package var json: JSONValue {
    [
      "id": .string(self.id), "time": .string(self.time),
      "credentials": JSONValue(self.credentials), "gateways": self.gateways.json,
    ]
  }

  package init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: nil)
    self.init(
      id: try reader.string("id"), time: try reader.string("time"),
      credentials: try reader.strings("credentials"),
      gateways: try GatewayReply(json: .object(try reader.object("gateways"))))
  }
}

/// The body of `POST /v1/restorations`.
package struct RestorationMessage: Hashable, Sendable {
  /// The SPIFFE ID of the workload whose suspension ends.
  package var workload: String

  package init(workload: String) {
    self.workload = workload
  }

  package var json: JSONValue { ["workload": .string(self.workload)] }

  package init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: ["workload"])
    self.init(workload: try reader.string("workload"))
  }
}
