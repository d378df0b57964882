package import StrictJSON

/// What a change lets workloads call that they could not call before, and the reverse.
package struct ReachReply: Hashable, Sendable {
  package struct Place: Hashable, Sendable {
    /// A SPIFFE ID.
    package var workload: String
    package var environment: String
    package var service: String
    package var operation: String

    package init(workload: String, environment: String, service: String, operation: String) {
      self.workload = workload
      self.environment = environment
      self.service = service
      self.operation = operation
    }
  }

  package var added: [Place]
  package var removed: [Place]
  /// False where there was too much to compare.
  package var isComplete: Bool

  package init(added: [Place], removed: [Place], isComplete: Bool) {
    self.added = added
    self.removed = removed
    self.isComplete = isComplete
  }

  package var json: JSONValue {
    [
      "added": .array(self.added.map(\.json)), "removed": .array(self.removed.map(\.json)),
      "isComplete": .bool(self.isComplete),
    ]
  }

  init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: nil)
    self.init(
      added: try Self.places(reader, "added"), removed: try Self.places(reader, "removed"),
      isComplete: try reader.bool("isComplete"))
  }

  private static func places(
    _ reader: MessageReader, _ name: String
  ) throws(MalformedMessage) -> [Place] {
    var places: [Place] = []
    for value in try reader.array(name) { places.append(try Place(json: value)) }
    return places
  }
}

extension ReachReply.Place {
  var json: JSONValue {
    [
      "workload": .string(self.workload), "environment": .string(self.environment),
      "service": .string(self.service), "operation": .string(self.operation),
    ]
  }

  init(json: JSONValue) throws(MalformedMessage) {
    let reader = try MessageReader(json, known: nil)
    self.init(
      workload: try reader.string("workload"), environment: try reader.string("environment"),
      service: try reader.string("service"), operation: try reader.string("operation"))
  }
}
