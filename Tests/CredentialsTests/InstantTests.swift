import Credentials
import Testing

@Suite struct InstantTests {
  @Test(
    "an instant is written in RFC 3339, in UTC and with milliseconds",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"),
      (-1, "1969-12-31T23:59:59.999Z"), (-86_400_000, "1969-12-31T00:00:00.000Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (951_868_799_999, "2000-02-29T23:59:59.999Z"),
      (951_868_800_000, "2000-03-01T00:00:00.000Z"),
      (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
      (-2_203_891_200_001, "1900-02-28T23:59:59.999Z"),
      (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
      (4_107_542_399_000, "2100-02-28T23:59:59.000Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
      (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
    ] as [(Int64, String)])
  func writing(milliseconds: Int64, text: String) {
    #expect(Instant(milliseconds: milliseconds).description == text)
    #expect(Instant(rfc3339: text) == Instant(milliseconds: milliseconds))
  }

  @Test("every day of four centuries is read back as it was written")
  func days() {
    for day in stride(from: -100_000 as Int64, through: 100_000, by: 1) {
      let instant = Instant(milliseconds: day * 86_400_000 + 43_199_123)
      guard Instant(rfc3339: instant.description) == instant else {
        Issue.record("\(instant.milliseconds) is written as \(instant)")
        return
      }
    }
  }

  @Test("fractions may be left out")
  func withoutFraction() {
    #expect(Instant(rfc3339: "1970-01-01T00:00:01Z") == Instant(milliseconds: 1000))
  }

  @Test(
    "what is not a timestamp in UTC is not read",
    arguments: [
      "", "Z", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00+00:00",
      "1970-01-01t00:00:00Z", "1970-01-01 00:00:00Z", "1970-13-01T00:00:00Z",
      "1970-00-01T00:00:00Z", "1970-01-00T00:00:00Z", "1970-01-32T00:00:00Z",
      "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
      "1970-04-31T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z",
      "1970-01-01T00:00:60Z", "1970-01-01T00:00:00.1Z", "1970-01-01T00:00:00.0001Z",
      "1970-01-01T00:00:00,001Z", "+970-01-01T00:00:00Z", "-970-01-01T00:00:00Z",
      "１970-01-01T00:00:00Z", "1970-01-01T00:00:00.00-Z", "1970-01-01T0a:00:00.000Z",
      "1970-01-01T00:00:00.000ZZ", "19700-01-01T00:00:00.00Z", "00000000000000000000",
    ])
  func refusals(text: String) {
    #expect(Instant(rfc3339: text) == nil)
  }

  @Test("the ends of time are held, and can be shown")
  func extremes() {
    let first = Instant(milliseconds: .min)
    let last = Instant(milliseconds: .max)
    #expect(Instant(seconds: .max) == last)
    #expect(Instant(seconds: .min) == first)
    #expect(last.advanced(bySeconds: 1) == last)
    #expect(last.advanced(byMilliseconds: .max) == last)
    #expect(first.advanced(bySeconds: -1) == first)
    #expect(first.advanced(bySeconds: .min) == first)
    #expect(first.advanced(byMilliseconds: .max).milliseconds == -1)
    #expect(last.description == "292278994-08-17T07:12:55.807Z")
    #expect(first.description == "-292275055-05-16T16:47:04.192Z")
    #expect(first.seconds == -9_223_372_036_854_776)
    #expect(Instant(milliseconds: -62_167_219_200_001).description == "-0001-12-31T23:59:59.999Z")
  }

  @Test("a second is counted down before 1970", arguments: [(-1, -1), (-1000, -1), (-1001, -2)])
  func flooring(milliseconds: Int64, seconds: Int64) {
    #expect(Instant(milliseconds: milliseconds).seconds == seconds)
  }

  @Test("later instants are larger")
  func order() {
    #expect(Instant(milliseconds: -1) < Instant(milliseconds: 0))
    #expect(Instant(seconds: 1) > Instant(milliseconds: 999))
  }
}
