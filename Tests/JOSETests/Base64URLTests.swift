import JOSE
import Testing

@Suite struct Base64URLTests {
  @Test("RFC 4648 section 10's examples, without padding")
  func examples() throws {
    let examples = [
      ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
      ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ]
    for (plain, encoded) in examples {
      #expect(Base64URL.encode(Array(plain.utf8)) == encoded)
      #expect(try Base64URL.decode(encoded) == Array(plain.utf8))
    }
  }

  @Test("every byte at every place survives")
  func allBytes() throws {
    for length in 0...5 {
      for byte in UInt8.min...UInt8.max {
        let bytes = [UInt8](repeating: byte, count: length)
        #expect(try Base64URL.decode(Base64URL.encode(bytes)) == bytes)
      }
    }
    #expect(Base64URL.encode([0xFB, 0xFF, 0xBF]) == "-_-_")
  }

  @Test(
    "anything but the one proper text is refused",
    arguments: [
      "Zg==", "Zg=", "=", "Z", "Zm9vY", "Zh", "Zm9", "Zm+v", "Zm/v", " Zm9v", "Zm9v\n", "Zm 9v",
      "Zm9v\r\n", "Zm.v", "Zm\u{e9}", "Zm9v\u{0}", "Z\u{212A}8", "_9",
    ])
  func refused(text: String) {
    let error = #expect(throws: JOSEError.self) { try Base64URL.decode(text) }
    #expect(error?.code == .malformed)
  }

  @Test("only the text with zero bits at its end is accepted")
  func strayBits() throws {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    let twoCharacters = alphabet.filter { (try? Base64URL.decode("A\($0)")) != nil }
    #expect(twoCharacters == "AQgw")
    let threeCharacters = alphabet.filter { (try? Base64URL.decode("AA\($0)")) != nil }
    #expect(threeCharacters == "AEIMQUYcgkosw048")
  }
}
