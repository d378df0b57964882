import StrictJSON
import Testing

@Suite struct JSONSerializationTests {
  private func text(_ value: JSONValue) -> String {
    String(decoding: value.serialized(), as: UTF8.self)
  }

  private func canonical(_ value: JSONValue) -> String {
    String(decoding: value.canonical(), as: UTF8.self)
  }

  @Test("control characters, quotes and backslashes are escaped, everything else is not")
  func strings() {
    let value: JSONValue = "\"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f}\u{e9}\u{2028}\u{1F600}"
    #expect(
      text(value)
        == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\u{7f}\u{e9}\u{2028}\u{1F600}\"")
  }

  @Test("what is written is read back as the same value")
  func roundTrip() throws {
    let value: JSONValue = [
      "": [], "a\u{0}b": .object([:]),
      "n": [.integer(.min), .integer(.max), 0.1, 1e300, -1.5e-300],
      "t": [true, false, nil, "\u{1F600}\u{e9}"],
    ]
    #expect(try JSONValue(parsing: value.serialized()) == value)
    #expect(try JSONValue(parsing: value.canonical()) == value)
  }

  @Test("a number that is not finite is written as null")
  func notFinite() {
    #expect(text([.number(.infinity), .number(.nan)]) == "[null,null]")
    #expect(canonical([.number(-.infinity)]) == "[null]")
  }

  @Test("the canonical form sorts members by UTF-16 code units (RFC 8785 section 3.2.3)")
  func sorting() throws {
    let value = try JSONValue(
      parsing: #"""
        {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
        "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",
        "\u00f6":"Latin Small Letter O With Diaeresis"}
        """#)
    let names = try #require(try JSONValue(parsing: value.canonical()).objectValue).keys
    #expect(names == ["\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1F600}", "\u{fb33}"])
  }

  @Test("members are sorted at every depth")
  func nested() {
    let value: JSONValue = ["b": [["d": 1, "c": 2]], "a": nil]
    #expect(canonical(value) == #"{"a":null,"b":[{"c":2,"d":1}]}"#)
  }

  @Test(
    "canonical numbers are those of ECMAScript (RFC 8785 appendix B)",
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"),
      (0x0000_0000_0000_0001, "5e-324"), (0x8000_0000_0000_0001, "-5e-324"),
      (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
      (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
      (0x4340_0000_0000_0000, "9007199254740992"), (0xc340_0000_0000_0000, "-9007199254740992"),
      (0x4430_0000_0000_0000, "295147905179352830000"),
      (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
      (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
      (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
      (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
      (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
      (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
      (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5556, "333333333.3333334"),
      (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
      (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] as [(UInt64, String)])
  func numbers(bits: UInt64, expected: String) {
    #expect(canonical(.number(Double(bitPattern: bits))) == expected)
  }

  @Test("any sequence of bytes can be parsed")
  func sequences() throws {
    let bytes = Array("[1]".utf8)
    #expect(try JSONValue(parsing: bytes) == [1])
    #expect(try JSONValue(parsing: bytes[...]) == [1])
    #expect(try JSONValue(parsing: "[1]".utf8) == [1])
    #expect(try JSONValue(parsing: "[1]") == [1])
  }
}
