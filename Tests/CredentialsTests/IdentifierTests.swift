import Credentials
import Testing

@Suite struct IdentifierTests {
  /// Counts up, so that what is made from it is known.
  private struct Counter: RandomNumberGenerator {
    var value: UInt64
    mutating func next() -> UInt64 {
      defer { self.value &+= 1 }
      return self.value
    }
  }

  @Test(
    "a credential's id keeps its text",
    arguments: ["a", "0-9_.Z", String(repeating: "f", count: 128)])
  func legal(text: String) throws {
    #expect(try CredentialID(text).description == text)
  }

  @Test(
    "what is not a credential's id is refused",
    arguments: [
      "", " ", "a b", "a/b", "a\n", "ä", "a\u{0}", "a:b", "../x%2e", "e\u{301}",
      String(repeating: "f", count: 129), String(repeating: "f", count: 1 << 20),
    ])
  func illegal(text: String) {
    #expect(throws: InvalidCredentialID.self) { _ = try CredentialID(text) }
  }

  @Test("a fresh id has 128 bits of the generator, in hexadecimal")
  func fresh() throws {
    var counter = Counter(value: 0xFFFF_FFFF_FFFF_FFFF)
    let id = CredentialID(using: &counter)
    #expect(id.description == "ffffffffffffffff0000000000000000")
    #expect(try CredentialID(id.description) == id)
    #expect(CredentialID(using: &counter) != id)
  }

  @Test("hexadecimal is read back as it was written")
  func hexadecimal() {
    let bytes = (0...255).map { UInt8($0) }
    let text = Hexadecimal.encode(bytes)
    #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
    #expect(Hexadecimal.decode(text) == bytes)
    #expect(Hexadecimal.decode("") == [])
    #expect(Hexadecimal.encode([]) == "")
  }

  @Test(
    "what is not lower-case hexadecimal is not read",
    arguments: ["0", "abc", "AB", "0x", "zz", "0g", " 0", "00 ", "０0", "é"])
  func notHexadecimal(text: String) {
    #expect(Hexadecimal.decode(text) == nil)
  }

  @Test("a digest has 32 bytes, no more and no less")
  func digests() {
    let bytes = [UInt8](repeating: 0xAB, count: 32)
    #expect(CredentialDigest(bytes: bytes)?.description == String(repeating: "ab", count: 32))
    for count in [0, 31, 33, 64] {
      #expect(CredentialDigest(bytes: [UInt8](repeating: 0, count: count)) == nil)
      #expect(CredentialDigest(hexadecimal: String(repeating: "00", count: count)) == nil)
    }
    #expect(CredentialDigest(hexadecimal: String(repeating: "AB", count: 32)) == nil)
    #expect(
      CredentialDigest(hexadecimal: String(repeating: "ab", count: 32))
        == CredentialDigest(bytes: bytes))
  }

  @Test("kinds of credentials have the names that commands show")
  func kinds() {
    #expect(CredentialKind.allCases.map(\.rawValue) == ["x509-svid", "jwt-svid", "access-token"])
  }
}
