import StrictJSON
import Testing

@Suite struct JSONObjectTests {
  @Test("members keep their order through reading, changing and writing")
  func order() throws {
    var object = try #require(try JSONValue(parsing: #"{"z":1,"a":2,"m":3}"#).objectValue)
    #expect(object.keys == ["z", "a", "m"])
    object["a"] = 5
    object["b"] = "new"
    object["z"] = nil
    #expect(String(decoding: object.serialized(), as: UTF8.self) == #"{"a":5,"m":3,"b":"new"}"#)
    #expect(object.members.map(\.name) == ["a", "m", "b"])
  }

  @Test("removing a member that is not there changes nothing")
  func removeAbsent() {
    var object: JSONObject = ["a": 1]
    object["b"] = nil
    #expect(object == ["a": 1])
    #expect(object["b"] == nil)
  }

  @Test("objects with hundreds of members are found by name, also after removals")
  func large() {
    var object = JSONObject()
    for number in 0..<500 { object["m\(number)"] = .integer(Int64(number)) }
    for number in stride(from: 0, to: 500, by: 2) { object["m\(number)"] = nil }
    #expect(object.count == 250)
    #expect((0..<500).allSatisfy { (object["m\($0)"] != nil) == ($0 % 2 == 1) })
    for number in 0..<495 { object["m\(number)"] = nil }
    #expect(object.keys == ["m495", "m497", "m499"])
    #expect(object["m497"] == 497)
  }

  @Test("of two literal members with one name the later counts")
  func literal() {
    let object: JSONObject = ["a": 1, "b": 2, "a": 3]
    #expect(object.keys == ["a", "b"])
    #expect(object["a"] == 3)
  }

  @Test("equality and hash disregard the order of members")
  func equality() {
    let one: JSONObject = ["a": 1, "b": ["x": 2]]
    let other: JSONObject = ["b": ["x": 2], "a": 1]
    #expect(one == other)
    #expect(one.hashValue == other.hashValue)
    #expect(one != ["a": 1, "b": ["x": 3]])
    #expect(one != ["a": 1])
    #expect(one != ["a": 1, "c": ["x": 2]])
  }

  @Test("values of different kinds or code points are different")
  func values() {
    #expect(JSONValue.integer(1) != .number(1))
    #expect(JSONValue.string("K") != .string("\u{212A}"))
    #expect(JSONValue.string("\u{e9}") != .string("e\u{301}"))
    #expect(JSONValue.null != .bool(false))
    #expect(Set<JSONValue>([1, 1, "1", nil, 1.0]).count == 4)
  }

  @Test("accessors answer for their own kind only")
  func accessors() {
    let all: [JSONValue] = [nil, true, 7, 1.5, "x", [1], ["a": 1]]
    #expect(all.map(\.isNull) == [true, false, false, false, false, false, false])
    #expect(all.compactMap(\.boolValue) == [true])
    #expect(all.compactMap(\.integerValue) == [7])
    #expect(all.compactMap(\.numberValue) == [7, 1.5])
    #expect(all.compactMap(\.stringValue) == ["x"])
    #expect(all.compactMap(\.arrayValue) == [[1]])
    #expect(all.compactMap(\.objectValue) == [["a": 1]])
  }
}
