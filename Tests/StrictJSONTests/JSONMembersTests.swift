import Testing

@testable import StrictJSON

@Suite("The members of a scanned object")
struct JSONMembersTests {
  private static let limits = JSONLimits(
    maximumBytes: 400, maximumDepth: 3, maximumMembers: 9, maximumElements: 4)

  /// What the tree says, or what the scan says, of one document.
  private enum Verdict: Equatable {
    case object([String], [JSONValue])
    case noObject
    case refused(JSONError)
  }

  private func tree(_ bytes: [UInt8], _ limits: JSONLimits) -> Verdict {
    do throws(JSONError) {
      guard let object = try JSONValue(parsing: bytes, limits: limits).objectValue else {
        return .noObject
      }
      return .object(object.keys, object.members.map(\.value))
    } catch {
      return .refused(error)
    }
  }

  private func scan(_ bytes: [UInt8], _ limits: JSONLimits) -> Verdict {
    do throws(JSONError) {
      guard let members = try JSONMembers(parsing: bytes, limits: limits) else { return .noObject }
      let object = members.object
      for member in object.members { #expect(members[member.name] == member.value) }
      #expect(members["absent"] == object["absent"])
      return .object(object.keys, object.members.map(\.value))
    } catch {
      return .refused(error)
    }
  }

  private static let seeds = [
    #"{"iss":"https://issuer.example","sub":"spiffe://example.org/a","aud":["x","y"],"exp":17}"#,
    #" { "alg" : "ES256" , "typ":"at+jwt","kid":"1" } "#, "{}", "{ }", "[]", "1", "", "{", "null",
    #"{"a":{"b":{"c":{}}},"d":[1,[2,[3]]]}"#, #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#,
    #"{"a":"\ud83d\ude00","b":"\ud83d","c":"\n"}"#, #"{"é":"é","e\u0301":"é"}"#,
    #"{"a":1.5,"b":-0,"c":1e400,"d":01,"e":9223372036854775808}"#, #"{"a":true,"b":nul}"#,
    #"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10}"#, #"{"a":1,}"#, #"{"a" 1}"#,
    #"{"a":1} x"#, "\u{FEFF}{}", #"{"a":[1,2,3,4,5]}"#, "{\"a\":\"\u{01}\"}", #"{"":"","a b":""}"#,
    #"{"exp":1,"exp":"1"}"#, #"{"cnf":{"jkt":"x","jkt":"y"}}"#,
  ]

  @Test("documents are accepted, refused and read as the tree does", arguments: Self.seeds)
  func agrees(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(self.scan(bytes, .standard) == self.tree(bytes, .standard))
    #expect(self.scan(bytes, Self.limits) == self.tree(bytes, Self.limits))
    for count in 0...bytes.count {
      let part = Array(bytes.prefix(count))
      #expect(self.scan(part, Self.limits) == self.tree(part, Self.limits))
    }
  }

  @Test("so are thousands of mutated ones")
  func agreesOnMutations() {
    var generator = Xorshift(state: 0x9E37_79B9_7F4A_7C15)
    let alphabet = Array("{}[]\",:\\ \t\n0123456789.-+eEu/aexpté\u{0}\u{7F}".utf8) + [0xFF, 0xC0]
    var accepted = 0
    for round in 0..<6_000 {
      var bytes = Array(Self.seeds[round % Self.seeds.count].utf8)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let byte = alphabet.randomElement(using: &generator) ?? 0
        let place = Int.random(in: 0...bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0 where place < bytes.count: bytes[place] = byte
        case 1 where place < bytes.count: bytes.remove(at: place)
        case 2:
          let part = bytes[place...].prefix(Int.random(in: 0...20, using: &generator))
          bytes.insert(contentsOf: Array(part), at: place)
        default: bytes.insert(byte, at: place)
        }
      }
      let verdict = self.tree(bytes, Self.limits)
      if case .object = verdict { accepted += 1 }
      #expect(self.scan(bytes, Self.limits) == verdict, "\(bytes)")
    }
    #expect(accepted > 300)
  }

  @Test("a claims set as issuers write it needs no tree; escapes and many members do")
  func needsNoTree() throws {
    func isScanned(_ text: String) throws -> Bool {
      try #require(try JSONMembers(parsing: Array(text.utf8))).isScanned
    }
    #expect(try isScanned(Self.seeds[0]))
    #expect(try isScanned(Self.seeds[1]))
    #expect(try isScanned(#"{"a":"\n","cnf":{"jkt":"x"}}"#))
    #expect(try !isScanned(#"{"\u0061":1}"#))
    let many = (0..<25).map { #""m\#($0)":0"# }.joined(separator: ",")
    #expect(try !isScanned("{\(many)}"))
  }

  @Test("members of one text and of one object are equal")
  func equality() throws {
    let text = Array(#"{"a":1,"b":"c"}"#.utf8)
    let scanned = try #require(try JSONMembers(parsing: text))
    #expect(scanned == JSONMembers(["b": "c", "a": 1]))
    #expect(scanned.hashValue == JSONMembers(["b": "c", "a": 1]).hashValue)
    #expect(scanned != JSONMembers(["a": 1]))
  }
}

private struct Xorshift: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    self.state ^= self.state << 13
    self.state ^= self.state >> 7
    self.state ^= self.state << 17
    return self.state
  }
}
