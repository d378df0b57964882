import CedarPolicy
import Testing

/// Hierarchies whose closure is far larger than the text that they are written in.
@Suite("Hostile hierarchies")
struct HostileHierarchyTests {
  @Test("a chain of 100,000 entities is refused", arguments: [true, false])
  func chain(isClosed: Bool) throws {
    let count = 100_000
    let entities = (0..<count).map { index in
      let parent = isClosed ? (index + 1) % count : index + 1
      return #"{"uid":{"type":"T","id":"\#(index)"},"attrs":{},"#
        + #""parents":[{"type":"T","id":"\#(parent)"}]}"#
    }
    let text = "[\(entities.joined(separator: ","))]"
    let refusal = HostileReader.entities.refusal(of: text)
    let expected = isClosed ? "in itself" : "too many ancestors"
    #expect(refusal?.contains(expected) == true, "\(refusal ?? "read")")
  }

  @Test("layers of entities, each in all of the next, take no more time than their number")
  func layers() throws {
    let type = try EntityTypeName("T")
    func uid(_ layer: Int, _ place: Int) -> EntityUID {
      EntityUID(type: type, id: "\(layer).\(place)")
    }
    let entities = (0..<60).flatMap { layer in
      (0..<8).map { place in
        Entity(uid: uid(layer, place), parents: Set((0..<8).map { uid(layer + 1, $0) }))
      }
    }
    let store = try Entities(entities)
    #expect(store.isEntity(uid(0, 0), in: uid(60, 7)))
    #expect(store.ancestors(of: uid(0, 0)).count == 60 * 8)
  }

  @Test("a chain of 20,000 entity types or common types is read or refused")
  func types() {
    let entities = (0..<20_000).map { "entity T\($0) in T\($0 + 1);" }.joined(separator: "\n")
    #expect(HostileReader.schema.refusal(of: entities + "entity T20000;") == nil)
    let types = (0..<20_000).map { "type T\($0) = T\($0 + 1);" }.joined(separator: "\n")
    #expect(HostileReader.schema.refusal(of: types + "type T20000 = Long;") == nil)
    let sets = (0..<20_000).map { "type T\($0) = Set<T\($0 + 1)>;" }.joined(separator: "\n")
    #expect(HostileReader.schema.refusal(of: sets + "type T20000 = Long;") != nil)
  }
}
