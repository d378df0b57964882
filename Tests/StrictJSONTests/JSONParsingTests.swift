import StrictJSON
import Testing

@Suite struct JSONParsingTests {
  @Test("every kind of value is read")
  func kinds() throws {
    let text = #" { "a" : [ null , true, false, 1, -2.5, "x" ] , "b" : { } , "c": [] } "#
    let expected: JSONValue = [
      "a": [nil, true, false, 1, -2.5, "x"], "b": .object([:]), "c": [],
    ]
    #expect(try JSONValue(parsing: text) == expected)
  }

  @Test(
    "a document may be a bare value of any kind", arguments: ["null", "true", "1", "\"\"", "[]"])
  func bareValues(text: String) throws {
    #expect(try JSONValue(parsing: text).serialized() == Array(text.utf8))
  }

  @Test("integers are exact to the ends of 64 bits")
  func integers() throws {
    let cases: [(String, Int64)] = [
      ("0", 0), ("-0", 0), ("9007199254740993", 9_007_199_254_740_993),
      ("9223372036854775807", .max), ("-9223372036854775808", .min),
    ]
    for (text, value) in cases {
      #expect(try JSONValue(parsing: text) == .integer(value))
    }
  }

  @Test("numbers with fraction or exponent, and integers beyond 64 bits, are doubles")
  func doubles() throws {
    let cases: [(String, Double)] = [
      ("1.0", 1), ("1e2", 100), ("1E+2", 100), ("-1.5e-3", -0.0015), ("0.1", 0.1),
      ("9223372036854775808", 9_223_372_036_854_775_808),
      ("-9223372036854775809", -9_223_372_036_854_775_808), ("1e-999", 0),
    ]
    for (text, value) in cases {
      #expect(try JSONValue(parsing: text) == .number(value))
    }
  }

  @Test(
    "what double precision cannot hold is refused",
    arguments: ["1e999", "-1e999", String(repeating: "9", count: 400), "1e99999999999999999999"])
  func hugeNumbers(text: String) {
    expectRefusal(text, .numberOutOfRange)
  }

  @Test("a number of a million digits is refused")
  func longNumber() {
    expectRefusal(String(repeating: "1", count: 1_000_000), .numberOutOfRange)
    expectRefusal("0." + String(repeating: "1", count: 1_000_000), .numberOutOfRange)
  }

  @Test("escapes are decoded")
  func escapes() throws {
    let text = #""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00 x\u0000""#
    #expect(
      try JSONValue(parsing: text) == .string("\"\\/\u{8}\u{c}\n\r\tA\u{e9}\u{20AC}\u{1F600} x\0"))
  }

  @Test("raw UTF-8 of all lengths is kept")
  func rawText() throws {
    let text = "a\u{e9}\u{20AC}\u{1F600}\u{7f}"
    #expect(try JSONValue(parsing: "\"\(text)\"") == .string(text))
  }

  @Test(
    "a surrogate without its partner is refused",
    arguments: [
      #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\ud83d""#,
      #""\ud83d\u0041""#, #"{"\udc00":1}"#,
    ])
  func loneSurrogates(text: String) {
    expectRefusal(text, .invalidText)
  }

  @Test(
    "bytes that are not UTF-8 are refused",
    arguments: [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
    ] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    expectRefusal([0x22] + bytes + [0x22], .invalidText)
    expectRefusal([0x22, 0x5C, 0x6E] + bytes + [0x22], .invalidText)
  }

  @Test(
    "what the grammar does not allow is refused",
    arguments: [
      "", " ", "{", "[", "\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[1", "[1,", "[1,]",
      "[,1]", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{1:1}", "{\"a\" 1}", "[1 2]", "]", "}",
      "tru", "True", "nul", "nulll", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e",
      "1e+", "0x10", "1_000", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\", "\"\\u", "\"a\nb\"",
      "\"\u{1}\"", "1 2", "{} {}", "[]x", "// x\n1", "/**/1", "\u{FEFF}1", "\u{A0}1", "\u{0}",
      "1\u{0}", "\"a\"\"b\"", "[1}", "{\"a\":1]",
    ])
  func malformed(text: String) {
    expectRefusal(text, .malformed)
  }

  @Test("every truncation of a document is refused, with an offset inside it")
  func truncation() throws {
    let document = Array(#"{"a":[1.5e3,"x\u00e9",{"b":null}],"c":true}"#.utf8)
    _ = try JSONValue(parsing: document)
    for length in 0..<document.count {
      #expect {
        try JSONValue(parsing: Array(document.prefix(length)))
      } throws: { error in
        ((error as? JSONError)?.offset).map { (0...length).contains($0) } ?? false
      }
    }
  }

  @Test(
    "a member's name that occurs twice is refused",
    arguments: [
      #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"[{"x":{"k":1,"l":2,"k":3}}]"#, #"{"":1,"":2}"#,
    ])
  func duplicates(text: String) {
    expectRefusal(text, .duplicateMember)
  }

  @Test("a name that occurs twice among thousands is refused")
  func duplicateAmongMany() {
    var members = (0..<3_000).map { "\"m\($0)\":\($0)" }
    members.append("\"m1500\":0")
    expectRefusal("{" + members.joined(separator: ",") + "}", .duplicateMember)
  }

  @Test("names that are only canonically equivalent are different names")
  func equivalentNames() throws {
    let object = try #require(
      try JSONValue(parsing: #"{"\u212a":1,"K":2,"\u00e9":3,"e\u0301":4}"#).objectValue)
    #expect(object.count == 4)
    #expect(object["K"] == 2)
    #expect(object["\u{212A}"] == 1)
  }

  @Test("the error says where and repeats nothing of the document")
  func errors() throws {
    let error = #expect(throws: JSONError.self) {
      try JSONValue(parsing: #"{"password":"hunter2","password":"hunter3"}"#)
    }
    #expect(error?.offset == 22)
    #expect(error?.description == "a member's name occurs twice in one object, at byte 22")
  }
}

func expectRefusal(
  _ bytes: [UInt8], _ code: JSONError.Code, limits: JSONLimits = .standard,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = #expect(throws: JSONError.self, sourceLocation: sourceLocation) {
    try JSONValue(parsing: bytes, limits: limits)
  }
  #expect(error?.code == code, sourceLocation: sourceLocation)
}

func expectRefusal(
  _ text: String, _ code: JSONError.Code, limits: JSONLimits = .standard,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectRefusal(Array(text.utf8), code, limits: limits, sourceLocation: sourceLocation)
}
