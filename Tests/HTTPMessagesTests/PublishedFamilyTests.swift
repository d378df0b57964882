import HTTPMessages
import Testing

@Suite("A published smuggling family")
struct PublishedFamilyTests {
  @Test(
    "has one reading, in which the hidden request is never one", arguments: PublishedFamilies.all)
  func reading(_ attack: Attack) {
    let reading = ourReading(attack.bytes)
    #expect(reading.requests.count == attack.accepted)
    #expect(reading.requests.allSatisfy { $0.target != "/smuggled" })
    if let refusal = attack.refusal {
      #expect(reading.end == .refusal("\(refusal)"))
    } else {
      #expect(!reading.isRefused)
    }
  }

  @Test("is read alike, however its bytes are cut", arguments: PublishedFamilies.all)
  func cut(_ attack: Attack) {
    let bytes = Array(attack.bytes.prefix(400))
    let whole = parse([bytes])
    #expect(parse(bytes.singly).outcome == whole.outcome)
    for cut in 0...bytes.count {
      #expect(parse([Array(bytes[..<cut]), Array(bytes[cut...])]).outcome == whole.outcome)
    }
  }

  @Test("where it is accepted, is read alike by NIOHTTP1", arguments: PublishedFamilies.all)
  func elsewhere(_ attack: Attack) {
    #expect(ourReading(attack.bytes).disagreement(with: nioReading(attack.bytes)) == nil)
  }

  @Test("names each attack once")
  func names() {
    #expect(Set(PublishedFamilies.all.map(\.family)).count == PublishedFamilies.all.count)
  }

  /// Every way to write a Transfer-Encoding that is not exactly `chunked` is one of TE.TE.
  @Test("TE.TE is refused alone, before and behind a proper coding, and beside a length")
  func obfuscated() {
    for line in SmugglingTests.transferEncodings + SmugglingTests.brokenLines.map(\.0) {
      for lines in [
        [line], [line, "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", line],
      ] {
        let head = "POST / HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        let reading = ourReading(Array((head + "0\r\n\r\n").utf8))
        #expect(reading.isRefused, "\(line.debugDescription)")
        #expect(reading.requests.isEmpty, "\(line.debugDescription)")
      }
    }
  }
}

extension Attack: CustomTestStringConvertible {
  var testDescription: String { family }
}
