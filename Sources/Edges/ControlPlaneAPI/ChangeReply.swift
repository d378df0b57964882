package import StrictJSON

/// What an `apply`, a `delete` or a `restore` did, or in a dry run would do.
package struct ChangeReply: Hashable, Sendable {
  package struct Item: Hashable, Sendable {
    package var kind: String
    package var name: String
    /// `created`, `updated`, `unchanged` or `deleted`.
    package var action: String
    package var notes: [String]

    package init(kind: String, name: String, action: String, notes: [String]) {
      self.kind = kind
      self.name = name
      self.action = action
      self.notes = notes
    }
  }

  package var items: [Item]
  package var revision: Int64
  package var gateways: GatewayReply
  /// Only of a dry run.
  package var reach: ReachReply?

  package init(
    items: [Item], revision: Int64, gateways: GatewayReply, reach: ReachReply? = nil
  ) {
    self.items = items
    self.revision = revision
    self.gateways = gateways
    self.reach = reach
  }
}

/// Which connected gateways decide by a change already, and which do not yet.
package struct GatewayReply: Hashable, Sendable {
  package var acknowledged: [String]
  package var missing: [String]

  package init(acknowledged: [String], missing: [String]) {
    self.acknowledged = acknowledged
    self.missing = missing
  }
}

extension ChangeReply {
  package var json: JSONValue {
    var object: JSONObject = [
      "items": .array(self.items.map(\.json)), "revision": .integer(self.revision),
      "gateways": self.gateways.json,
    ]
    object["reach"] = self.reach?.json
    return .object(object)
  }

  package init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: nil)
    var items: [Item] = []
    for value in try reader.array("items") { items.append(try Item(json: value)) }
    self.init(
      items: items, revision: try reader.integer("revision"),
      gateways: try GatewayReply(json: .object(try reader.object("gateways"))))
    if let reach = reader.value("reach") { self.reach = try ReachReply(json: reach) }
  }
}

extension ChangeReply.Item {
  var json: JSONValue {
    [
      "kind": .string(self.kind), "name": .string(self.name), "action": .string(self.action),
      "notes": JSONValue(self.notes),
    ]
  }

  init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: nil)
    self.init(
      kind: try reader.string("kind"), name: try reader.string("name"),
      action: try reader.string("action"), notes: try reader.strings("notes"))
  }
}

extension GatewayReply {
  package var json: JSONValue {
    ["acknowledged": JSONValue(self.acknowledged), "missing": JSONValue(self.missing)]
  }

  init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: nil)
    self.init(
      acknowledged: try reader.strings("acknowledged"), missing: try reader.strings("missing"))
  }
}
