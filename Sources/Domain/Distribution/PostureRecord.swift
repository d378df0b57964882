package import Credentials
import StrictJSON

/// What was reported of a workload's condition: the newest value of each fact.
package struct PostureRecord: Hashable, Sendable {
  /// In the order of their names, each name once.
  package private(set) var facts: [PostureFact]

  /// How many facts a workload may have.
  package static let limit = 64
  /// The longest value, in bytes of UTF-8.
  package static let longestValue = 256

  package init(facts: [PostureFact] = []) {
    self.facts = []
    for fact in facts { self.include(fact) }
  }

  /// Takes over a fact, unless a newer one of its name is there.
  package mutating func include(_ fact: PostureFact) {
    if let index = self.facts.firstIndex(where: { $0.name == fact.name }) {
      if self.facts[index].observedAt <= fact.observedAt { self.facts[index] = fact }
    } else {
      self.facts.append(fact)
      self.facts.sort { $0.name < $1.name }
    }
  }

  package mutating func remove(_ name: String) {
    self.facts.removeAll { $0.name == name }
  }

  package init(bytes: [UInt8]) throws(UnreadableRecord) {
    let facts = try RecordReader(bytes).object("facts")
    self.facts = []
    for (name, value) in facts.members {
      guard PostureFact.isName(name), let fact = value.objectValue,
        let text = fact["value"]?.stringValue, let observedAt = fact["observedAt"]?.integerValue
      else { throw UnreadableRecord("a posture record has an unreadable fact") }
      self.include(PostureFact(name: name, value: text, observedAt: observedAt))
    }
  }

  package var bytes: [UInt8] {
    var object: JSONObject = [:]
    for fact in self.facts {
      object[fact.name] = .object([
        "value": .string(fact.value), "observedAt": .integer(fact.observedAt),
      ])
    }
    return JSONValue.object(["facts": .object(object)]).serialized()
  }
}
