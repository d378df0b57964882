import CedarPolicy
import Testing

/// Schemas of a size that is taken, which mean far more than they say.
@Suite("Hostile schemas", .serialized)
struct HostileSchemaTests {
  @Test("common types that are deep and chained are refused on a small stack")
  func deepChain() {
    let (open, close) = (String(repeating: "Set<", count: 60), String(repeating: ">", count: 60))
    let chain = (0..<200).map { "type T\(1000 + $0) = \(open)T\(1001 + $0)\(close);" }
    let text = chain.joined() + "type T1200 = Long;"
    let refusal = onSmallStack { schemaError(text) } ?? nil
    #expect(refusal?.contains("the type is too large") == true)
  }

  @Test("a chain of other names for a type has any length, whichever way it is declared")
  func aliases() {
    let forward = (0..<5000).map { "type T\(10_000 + $0) = T\(10_001 + $0);" }.joined()
    let backward = (0..<5000).map { "type T\(20_000 - $0) = T\(19_999 - $0);" }.joined()
    let texts = [forward + "type T15000 = Long;", backward + "type T15000 = Long;"]
    for text in texts { #expect((onSmallStack { schemaError(text) } ?? "crashed") == nil) }
    let circle = forward + "type T15000 = T10000;"
    #expect(schemaError(circle)?.contains("made of itself") == true)
  }

  @Test("a type is as deep as the limit and no deeper")
  func depth() {
    func sets(_ count: Int) -> String {
      String(repeating: "Set<", count: count) + "Long" + String(repeating: ">", count: count)
    }
    #expect(schemaError("type T = \(sets(CedarLimits.nesting - 1));") == nil)
    #expect(schemaError("type T = \(sets(CedarLimits.nesting + 1));") != nil)
    #expect(schemaError("type T = \(sets(40)); type S = Set<T>;") == nil)
    let setsOfT = sets(40).replacing("Long", with: "T")
    #expect(schemaError("type T = \(sets(40)); type S = \(setsOfT);") != nil)
  }

  @Test("declarations of many names that say much of each are refused", arguments: products)
  func tooLarge(text: String) {
    #expect(schemaError(text)?.contains("the schema is too large") == true)
  }

  private static let products: [String] = {
    func names(_ prefix: String) -> String {
      (0..<2100).map { "\(prefix)\($0)" }.joined(separator: ", ")
    }
    let record = "{ " + (0..<2100).map { "f\($0): Long" }.joined(separator: ", ") + " }"
    return [
      "action \(names("g")); action \(names("a")) in [\(names("g"))];",
      "entity \(names("G")); entity \(names("A")) in [\(names("G"))];",
      "entity \(names("A")) \(record);",
      "type R = \(record); " + (0..<2100).map { "entity E\($0) { r: R };" }.joined(),
      "entity \(names("E")); action \(names("a")) appliesTo { principal: [\(names("E"))], "
        + "resource: E1 };",
      "entity E; action \(names("a")) appliesTo { principal: E, resource: E, context: \(record) };",
    ]
  }()

  @Test("what many names share is taken within the limit")
  func sharedDeclaration() throws {
    let names = (0..<500).map { "E\($0)" }.joined(separator: ", ")
    let schema = try Schema(
      parsing: "entity \(names) in [\(names)] { n: Long }; action a, b in [c]; action c;")
    #expect(schema.entityTypes.count == 500)
    #expect(try schema.entityType("E499")?.memberOf.count == 500)
  }

  @Test("long chains of groups end in an error or a schema")
  func longGroups() {
    let chain = (0..<4000).map { "action a\($0) in a\($0 + 1);" }.joined() + "action a4000;"
    #expect(schemaError(chain)?.contains("too many groups of actions") == true)
    let circle = (0..<4000).map { "action a\($0) in a\(($0 + 1) % 4000);" }.joined()
    #expect(schemaError(circle)?.contains("in itself") == true)
  }

  @Test("a name of two million letters is refused in few words")
  func longName() {
    let letters = String(repeating: "x", count: 1_900_000)
    let error = schemaError("entity A\(letters); entity B in A\(letters)y;") ?? ""
    #expect(error.contains("unknown entity type"))
    #expect(error.utf8.count < 200)
  }
}
