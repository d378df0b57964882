import EventIndex
import Testing

@Suite("Places in an event index")
struct EventPlaceTests {
  @Test("a place comes back from its text as it was")
  func roundTrip() throws {
    for place in [
      EventPlace(time: 0, log: "", position: 0),
      EventPlace(time: .min, log: "example.org/log/server", position: .max),
      EventPlace(time: .max, log: "a.b\u{0}\"\u{E9}\u{10FFFF}", position: .min),
      EventPlace(
        time: .min, log: String(repeating: "x", count: EventIndexLimits.textBytes),
        position: .min),
    ] {
      let text = place.description
      let read = try #require(EventPlace(text), "\(text)")
      #expect(read.time == place.time && read.position == place.position)
      #expect(read.log.utf8.elementsEqual(place.log.utf8))
      // Nothing in it needs escaping in an address or a shell.
      #expect(text.utf8.allSatisfy { "0123456789abcdef.-".utf8.contains($0) })
    }
  }

  @Test(
    "what no index wrote is refused",
    arguments: [
      "", ".", "..", "1.2", "1.2.3", "1.2.6", "1.2.6g", "1.2.6A", "1.2.ff", "1.2.c3", "+1.2.61",
      "01.2.61", "1.-0.61", "1.2.61.", "1.2.61.61", " 1.2.61", "1.2.61 ", "1.2.61\n", "1..61",
      ".2.61", "9223372036854775808.2.61", "1e3.2.61", "0x1.2.61", "1.2.\u{FF16}1",
      "\u{661}.2.61", "1.2.\u{0}", "1.2.eda080", "1.2.c080", "1.2.61\u{301}", "%31.2.61",
      "1.2; DROP TABLE event.61",
    ])
  func hostile(text: String) {
    #expect(EventPlace(text) == nil)
  }

  @Test("a text of any length is refused or read at once")
  func huge() {
    for piece in ["6", "61", ".", "-", "1.", "\u{0}", "\u{1F600}"] {
      #expect(EventPlace(String(repeating: piece, count: 1_000_000)) == nil)
      #expect(EventPlace("1.2." + String(repeating: piece, count: 1_000_000)) == nil)
    }
  }
}
