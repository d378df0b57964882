import StrictJSON
import Testing

@Suite struct JSONLimitsTests {
  @Test("a document nested to the limit is read, one deeper is refused")
  func depth() throws {
    let limits = JSONLimits(maximumDepth: 3)
    #expect(try JSONValue(parsing: #"[{"a":[1]}]"#, limits: limits) == [["a": [1]]])
    expectRefusal(#"[{"a":[[]]}]"#, .limitExceeded, limits: limits)
    #expect(try JSONValue(parsing: "1", limits: JSONLimits(maximumDepth: 0)) == 1)
    expectRefusal("[]", .limitExceeded, limits: JSONLimits(maximumDepth: 0))
  }

  @Test("a hundred thousand open brackets are refused, whatever depth the caller allows")
  func bottomless() {
    for bracket in ["[", "{\"a\":"] {
      let text = String(repeating: bracket, count: 100_000)
      expectRefusal(text, .limitExceeded)
      expectRefusal(text, .limitExceeded, limits: JSONLimits(maximumDepth: .max))
    }
  }

  @Test("a document as deep as the parser goes is read and written")
  func deepest() throws {
    let depth = JSONLimits.deepest
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let value = try JSONValue(parsing: text, limits: JSONLimits(maximumDepth: .max))
    #expect(value.serialized() == Array(text.utf8))
  }

  @Test("bytes, members and elements are bounded")
  func sizes() throws {
    let limits = JSONLimits(maximumBytes: 20, maximumMembers: 2, maximumElements: 3)
    _ = try JSONValue(parsing: #"{"a":[1,2,3],"b":{}}"#, limits: limits)
    expectRefusal(#"{"a":[1,2,3],"b":{} }"#, .limitExceeded, limits: limits)
    expectRefusal(#"{"a":1,"b":2,"c":3}"#, .limitExceeded, limits: limits)
    expectRefusal("[1,2,3,4]", .limitExceeded, limits: limits)
    expectRefusal([], .limitExceeded, limits: JSONLimits(maximumBytes: -1))
  }

  @Test("any bytes give a value or an error")
  func arbitraryBytes() throws {
    var random = SplitMix(state: 42)
    let alphabet = Array(#"{}[]",:\u00dd8e+-.0123456789tfnalrse "#.utf8) + [0x80, 0xC3, 0xFF, 0]
    for _ in 0..<20_000 {
      let length = Int.random(in: 0..<24, using: &random)
      let bytes = (0..<length).compactMap { _ in alphabet.randomElement(using: &random) }
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      #expect(try JSONValue(parsing: value.serialized()) == value)
    }
  }
}

struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
