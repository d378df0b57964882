import HTTPMessages

/// One attack as it was published: the bytes of a connection, and where our reading stops.
struct Attack: Sendable {
  let family: String
  let bytes: [UInt8]
  /// What is refused, or nil where the reading is the only one that RFC 9112 allows.
  let refusal: RequestRefusal?
  /// How many requests are accepted before that; the smuggled one is never among them.
  let accepted: Int

  init(_ family: String, _ text: String, _ refusal: RequestRefusal?, accepted: Int = 0) {
    self.family = family
    bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    self.refusal = refusal
    self.accepted = accepted
  }
}

/// A POST with these lines, and what follows its head.
private func attack(_ lines: String..., then rest: String) -> String {
  "POST /first HTTP/1.1\r\nHost: a.example\r\n\(lines.map { $0 + "\r\n" }.joined())\r\n\(rest)"
}

/// The request that is to be smuggled.
private let hidden = "GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"
private let chunkedLine = "Transfer-Encoding: chunked"

/// Families of request smuggling, by the names under which they were published.
enum PublishedFamilies {
  /// Watchfire 2005, Kettle 2019: two lengths, of which one server believes each.
  static let twoLengths: [Attack] = [
    Attack(
      "CL.TE",
      attack("Content-Length: 6", chunkedLine, then: "0\r\n\r\nG"),
      .contentLengthWithTransferEncoding),
    Attack(
      "TE.CL",
      attack(chunkedLine, "Content-Length: 4", then: "2b\r\n\(hidden)\r\n0\r\n\r\n"),
      .contentLengthWithTransferEncoding),
    Attack(
      "CL.CL, different", attack("Content-Length: 0", "Content-Length: 43", then: hidden),
      .contentLengthRepeated),
    Attack(
      "CL.CL, the same", attack("Content-Length: 0", "Content-Length: 0", then: hidden),
      .contentLengthRepeated),
    Attack("CL.CL, a list", attack("Content-Length: 0, 44", then: hidden), .contentLengthMalformed),
    Attack("CL with a sign", attack("Content-Length: +0", then: hidden), .contentLengthMalformed),
    Attack(
      "CL in hexadecimal", attack("Content-Length: 0x2b", then: hidden), .contentLengthMalformed),
    Attack(
      "CL that overflows",
      attack("Content-Length: 18446744073709551616", then: hidden), .contentLengthMalformed),
    Attack("CL folded", attack("Content-Length: 4\r\n 3", then: hidden), .obsFold),
    Attack(
      "CL, a blank before the colon", attack("Content-Length : 44", then: hidden),
      .whitespaceBeforeColon),
    Attack("CL with an underscore", attack("Content_Length: 44", then: hidden), .framingLookAlike),
  ]

  /// The request that one server takes to have no body at all: Kettle 2022 and 2025.
  static let noLength: [Attack] = [
    // The reading that all must share: the length counts, so the bytes are the body.
    Attack("CL.0", attack("Content-Length: 43", then: hidden), nil, accepted: 1),
    Attack(
      "CL.0 on GET",
      "GET / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 43\r\n\r\n" + hidden, nil, accepted: 1),
    Attack(
      "0.CL, a blank before the colon", attack("Content-Length : 44", then: hidden),
      .whitespaceBeforeColon),
    Attack("0.CL, the line folded", attack(" Content-Length: 43", then: hidden), .obsFold),
    Attack("0.CL, after a bare CR", attack("X: y\rContent-Length: 43", then: hidden), .bareCR),
    Attack(
      "0.CL, after a NUL", attack("X: y\u{0}Content-Length: 43", then: hidden), .fieldValueMalformed
    ),
    Attack(
      "0.CL, a byte order mark", attack("\u{FF}Content-Length: 43", then: hidden),
      .fieldNameMalformed),
    Attack(
      "0.CL, nominated by Connection",
      attack("Connection: Content-Length", "Content-Length: 43", then: hidden), nil, accepted: 1),
    Attack(
      "TE.0",
      "OPTIONS / HTTP/1.1\r\nHost: a.example\r\n\(chunkedLine)\r\n\r\n2b\r\n\(hidden)\r\n0\r\n\r\n",
      nil, accepted: 1),
  ]

  /// Expect in ways that made servers disagree about the body: Kettle 2025.
  static let expectations: [Attack] = [
    Attack(
      "Expect, unknown", attack("Expect: 200-ok", "Content-Length: 43", then: hidden),
      .expectationUnknown),
    Attack(
      "Expect, a list", attack("Expect: 100-continue, x", "Content-Length: 43", then: hidden),
      .expectationUnknown),
    Attack(
      "Expect, twice",
      attack("Expect: 100-continue", "Expect: 100-continue", "Content-Length: 43", then: hidden),
      .expectationUnknown),
    Attack(
      "Expect, with a parameter",
      attack("Expect: y 100-continue", "Content-Length: 43", then: hidden), .expectationUnknown),
    Attack(
      "Expect, folded", attack("Expect:\r\n 100-continue", "Content-Length: 43", then: hidden),
      .obsFold),
    Attack(
      "Expect, vanilla", attack("Expect: 100-continue", "Content-Length: 43", then: hidden), nil,
      accepted: 1),
    Attack(
      "Expect, empty", attack("Expect:", "Content-Length: 43", then: hidden), .expectationUnknown),
  ]

  /// Chunk extensions and sizes: Kettle 2019, Kenez and others 2025 (TERM.EXT, EXT.TERM).
  static let chunks: [Attack] = [
    Attack(
      "TERM.EXT", attack(chunkedLine, then: "5;\nhello\r\n0\r\n\r\n" + hidden), .chunkExtension),
    Attack(
      "EXT.TERM", attack(chunkedLine, then: "2;\nxx\r\n2b\r\n0\r\n\r\n" + hidden), .chunkExtension),
    Attack(
      "extension with a bare CR", attack(chunkedLine, then: "5;\rhello\r\n0\r\n\r\n"),
      .chunkExtension),
    Attack(
      "extension, quoted line end", attack(chunkedLine, then: "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n"),
      .chunkExtension),
    Attack(
      "extension, huge",
      attack(
        chunkedLine, then: "5;" + String(repeating: "a", count: 100_000) + "\r\nhello\r\n0\r\n\r\n"),
      .chunkExtension),
    Attack(
      "extension of the last chunk", attack(chunkedLine, then: "0;a=b\r\n\r\n" + hidden),
      .chunkExtension),
    Attack(
      "TERM.SPILL", attack(chunkedLine, then: "5\r\nhelloxx0\r\n\r\n" + hidden), .chunkDataMalformed
    ),
    Attack(
      "SPILL.TERM", attack(chunkedLine, then: "5\r\nhello0\r\n\r\n" + hidden), .chunkDataMalformed),
    Attack(
      "one byte terminator", attack(chunkedLine, then: "5\r\nhello\n0\r\n\r\n" + hidden),
      .chunkDataMalformed),
    Attack(
      "two byte terminator of line feeds",
      attack(chunkedLine, then: "5\r\nhello\n\n0\r\n\r\n" + hidden), .chunkDataMalformed),
    Attack(
      "two byte terminator, CR and another",
      attack(chunkedLine, then: "5\r\nhello\rX0\r\n\r\n" + hidden), .chunkDataMalformed),
    Attack(
      "size ended by LF", attack(chunkedLine, then: "5\nhello\r\n0\r\n\r\n" + hidden), .bareLF),
    Attack(
      "size ended by CR", attack(chunkedLine, then: "5\rhello\r\n0\r\n\r\n" + hidden), .bareCR),
    Attack(
      "size, 0x prefix", attack(chunkedLine, then: "0x5\r\nhello\r\n0\r\n\r\n"), .chunkSizeMalformed
    ),
    Attack(
      "size, blanks before", attack(chunkedLine, then: " 5\r\nhello\r\n0\r\n\r\n"),
      .chunkSizeMalformed),
    Attack(
      "size, blanks behind", attack(chunkedLine, then: "5 \r\nhello\r\n0\r\n\r\n"),
      .chunkSizeMalformed),
    Attack(
      "size, a blank within", attack(chunkedLine, then: "0 5\r\nhello\r\n0\r\n\r\n"),
      .chunkSizeMalformed),
    Attack(
      "size, underscore", attack(chunkedLine, then: "0_5\r\nhello\r\n0\r\n\r\n"),
      .chunkSizeMalformed),
    Attack(
      "size, a sign", attack(chunkedLine, then: "-5\r\nhello\r\n0\r\n\r\n"), .chunkSizeMalformed),
    Attack(
      "size that wraps in 64 bits",
      attack(chunkedLine, then: "10000000000000005\r\nhello\r\n0\r\n\r\n"), .chunkSizeMalformed),
    Attack(
      "size of 2^64 - 1", attack(chunkedLine, then: "ffffffffffffffff\r\nhello\r\n0\r\n\r\n"), nil),
    Attack(
      "size missing", attack(chunkedLine, then: "\r\nhello\r\n0\r\n\r\n"), .chunkSizeMalformed),
    Attack(
      "garbage behind the size", attack(chunkedLine, then: "5xyz\r\nhello\r\n0\r\n\r\n"),
      .chunkSizeMalformed),
    Attack(
      "garbage behind the last chunk", attack(chunkedLine, then: "0\r\nGET / HTTP/1.1\r\n\r\n"),
      .fieldLineMalformed),
    Attack("last chunk ended by LF", attack(chunkedLine, then: "0\r\n\n" + hidden), .bareLF),
    Attack(
      "trailer with a length",
      attack(chunkedLine, then: "0\r\nContent-Length: 43\r\n\r\n" + hidden), .trailerForbidden),
    Attack(
      "trailer that is folded", attack(chunkedLine, then: "0\r\nX: y\r\n z\r\n\r\n" + hidden),
      .obsFold),
  ]

  /// Ways to hide a request in the head itself.
  static let heads: [Attack] = [
    Attack("a request in a field by bare LF", attack("X: y\n\n\(hidden)", then: ""), .bareLF),
    Attack("a request in a field by bare CR", attack("X: y\r\r\(hidden)", then: ""), .bareCR),
    Attack(
      "a line end in the target", "GET /\r\nHost: b HTTP/1.1\r\nHost: a\r\n\r\n",
      .requestLineMalformed),
    Attack(
      "two versions in the request line", "GET / HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n",
      .requestLineMalformed),
    Attack(
      "HTTP/0.9 behind a request", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /smuggled\r\n",
      .requestLineMalformed, accepted: 1),
    Attack(
      "HTTP/1.0 with chunks", "POST / HTTP/1.0\r\nHost: a\r\n\(chunkedLine)\r\n\r\n0\r\n\r\n",
      .versionUnsupported),
    Attack(
      "a target for another host", "GET http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
      .hostDisagrees),
    Attack(
      "two hosts", "GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n", .hostRepeated),
    Attack("a preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .versionUnsupported),
    Attack("a blank first line, twice", "\r\n\r\n" + hidden, .requestLineMalformed),
  ]

  static let all = twoLengths + noLength + expectations + chunks + heads
}
