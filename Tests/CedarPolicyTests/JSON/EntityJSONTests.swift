import CedarPolicy
import Testing

@Suite("Entities, requests and values as JSON")
struct EntityJSONTests {
  private static let schemaText = """
    entity Group;
    entity User in [Group] {
      age: Long, home?: ipaddr, born?: datetime, boss?: User, limits?: Set<decimal>,
      address?: {city: String, stay?: duration}
    } tags Set<String>;
    entity Color enum ["red", "green"];
    action all;
    action read in [all] appliesTo {
      principal: [User], resource: [User, Color], context: {from: ipaddr, by?: User}
    };
    """

  private static func schema() throws -> Schema { try Schema(parsing: schemaText) }

  private static func entity(_ attributes: String, more: String = "") -> String {
    #"[{"uid":{"type":"User","id":"a"},"attrs":\#(attributes),"parents":[]\#(more)}]"#
  }

  @Test("with a schema, entities and extension values may be written in short form")
  func shortForm() throws {
    let short = Self.entity(
      #"{"age":1,"home":"10.0.0.1","born":"2020-01-02","boss":{"type":"User","id":"b"},"#
        + #""limits":["1.5"],"address":{"city":"Graz","stay":"2h"}}"#,
      more: #","tags":{"k":["v"]}"#)
    let explicit = Self.entity(
      #"{"age":1,"home":{"__extn":{"fn":"ip","arg":"10.0.0.1"}},"#
        + #""born":{"__extn":{"fn":"datetime","arg":"2020-01-02"}},"#
        + #""boss":{"__entity":{"type":"User","id":"b"}},"#
        + #""limits":[{"__extn":{"fn":"decimal","arg":"1.5"}}],"#
        + #""address":{"city":"Graz","stay":{"__extn":{"fn":"duration","arg":"2h"}}}}"#,
      more: #","tags":{"k":["v"]}"#)
    let read = try Entities(json: short, schema: Self.schema())
    #expect(try read.json == Entities(json: explicit, schema: Self.schema()).json)
    let uid = try EntityUID(parsing: #"User::"a""#)
    #expect(read[uid]?.attributes["home"]?.typeName == "ipaddr")
    #expect(try Entities(json: explicit)[uid] == read[uid])
    #expect(read[try EntityUID(parsing: #"Action::"read""#)]?.parents.count == 1)
  }

  @Test(
    "what the schema does not foresee is refused with its place",
    arguments: [
      (#"{"age":1,"hme":"x"}"#, "did you mean `home`?"), ("{}", "lacks the attribute `age`"),
      (#"{"age":"1"}"#, "`Long`"), (#"{"age":1,"home":"nowhere"}"#, "`ip` accepts"),
      (#"{"age":1,"boss":{"type":"Color","id":"red"}}"#, "the type `User`"),
      (#"{"age":1,"limits":3}"#, "an array"), (#"{"age":1.0}"#, "64-bit"),
      (#"{"age":99999999999999999999}"#, "64-bit"),
    ])
  func unforeseen(attributes: String, said: String) throws {
    let error = #expect(throws: CedarParseError.self) {
      try Entities(json: Self.entity(attributes), schema: Self.schema(), source: "e.json")
    }
    #expect(error?.description.contains(said) == true, "\(String(describing: error))")
    #expect(error?.description.hasPrefix("e.json:1:") == true)
  }

  @Test(
    "two entities of one name, cycles, unknown types and ids are refused",
    arguments: [
      #"[{"uid":{"type":"User","id":"a"},"attrs":{"age":1},"parents":[]},{"uid":{"type":"User","id":"a"},"attrs":{"age":1},"parents":[]}]"#,
      #"[{"uid":{"type":"Nobody","id":"a"},"attrs":{},"parents":[]}]"#,
      #"[{"uid":{"type":"Color","id":"blue"},"attrs":{},"parents":[]}]"#,
      #"[{"uid":{"type":"User","id":"a"},"attrs":{"age":1},"parents":[{"type":"Color","id":"red"}]}]"#,
      #"[{"uid":{"type":"Group","id":"g"},"attrs":{},"parents":[],"tags":{"k":1}}]"#,
      #"[{"uid":{"type":"Action","id":"read"},"attrs":{},"parents":[]}]"#,
      #"{"uid":3}"#, #"[{"attrs":{}}]"#,
    ])
  func refused(text: String) throws {
    #expect(throws: CedarParseError.self) { try Entities(json: text, schema: Self.schema()) }
  }

  @Test("a cycle is refused without a schema too")
  func cycle() {
    let text =
      #"[{"uid":{"type":"A","id":"1"},"attrs":{},"parents":[{"type":"A","id":"2"}]},"#
      + #"{"uid":{"type":"A","id":"2"},"attrs":{},"parents":[{"type":"A","id":"1"}]}]"#
    #expect(throws: CedarParseError.self) { try Entities(json: text) }
  }

  @Test("a request is read in each form of its entities, and must agree with the schema")
  func requests() throws {
    let texts = [
      #"{"principal":"User::\"a\"","action":"Action::\"read\"","resource":"Color::\"red\"","context":{"from":"10.0.0.1"}}"#,
      #"{"principal":{"type":"User","id":"a"},"action":{"__entity":{"type":"Action","id":"read"}},"resource":{"type":"Color","id":"red"},"context":{"from":"10.0.0.1"}}"#,
    ]
    let requests = try texts.map { try Request(json: $0, schema: Self.schema()) }
    #expect(requests.first == requests.last)
    for wrong in [
      texts[0].replacing("read", with: "write"), texts[0].replacing("red", with: "blue"),
      texts[0].replacing("from", with: "fro"), texts[0].replacing("\"User", with: "\"Group"),
    ] {
      #expect(throws: CedarParseError.self) { try Request(json: wrong, schema: Self.schema()) }
    }
  }

  @Test("every type of value is the same after JSON")
  func values() throws {
    let json = #"""
      {"bool":true,"long":-9223372036854775808,"text":"a\"b\\cé\u0001😀","set":[1,"1",[],{}],
       "entity":{"__entity":{"type":"A::B","id":""}},"ip":{"__extn":{"fn":"ip","arg":"::1/64"}},
       "decimal":{"__extn":{"fn":"decimal","arg":"-0.5"}},
       "duration":{"__extn":{"fn":"duration","arg":"-1d2h"}},
       "datetime":{"__extn":{"fn":"datetime","arg":"1969-01-01T00:00:00.001Z"}}}
      """#
    let record = try CedarRecord(json: json)
    #expect(try CedarRecord(json: record.json) == record)
    #expect(record.count == 9)
  }

  @Test(
    "what is no JSON is refused",
    arguments: [
      "", "{", "{}{}", "{\"a\":1,\"a\":2}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":1e}",
      "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\\ud800\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\n\"}",
      "{\"a\":tru}", "{\"a\":NaN}", "{a:1}", "{\"a\":1,}", "[]", "nul", "{\"a\" 1}", "{\"a\":}",
    ])
  func noJSON(text: String) {
    #expect(throws: CedarParseError.self) { try CedarRecord(json: text) }
  }

  @Test("nesting ends in an error, and so does size")
  func hostile() {
    let deep = String(repeating: "{\"a\":", count: 100_000)
    #expect(throws: CedarParseError.self) { try CedarRecord(json: deep) }
    let deepSets =
      "{\"a\":" + String(repeating: "[", count: 200)
      + String(repeating: "]", count: 200) + "}"
    #expect(throws: CedarParseError.self) { try CedarRecord(json: deepSets) }
    let large = "{\"a\":\"" + String(repeating: "x", count: 17 * 1024 * 1024) + "\"}"
    #expect(throws: CedarParseError.self) { try CedarRecord(json: large) }
  }
}
