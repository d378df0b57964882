import HTTPMessages
import Testing

@Suite("Request smuggling")
struct SmugglingTests {
  /// Ways to write a Transfer-Encoding that some server takes for chunked and another does not.
  static let transferEncodings: [String] = [
    "Transfer-Encoding: Chunked", "Transfer-Encoding: CHUNKED", "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunkedx", "Transfer-Encoding: x, chunked", "Transfer-Encoding: chunked, x",
    "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chunked,",
    "Transfer-Encoding: ,chunked", "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: identity", "Transfer-Encoding: identity, chunked", "Transfer-Encoding:",
    "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: chunked;ext",
    "Transfer-Encoding: chu nked",
    "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: 'chunked'", "Transfer-Encoding: chunk",
    "Transfer-Encoding: cow", "Transfer-Encoding: chunked chunked", "Transfer-Encoding: chunKed",
    "Transfer-Encoding: ch\u{FF}unked", "Transfer-Encoding: chunked\u{A0}",
    "Transfer-Encoding: \u{FEFF}chunked", "transfer-encoding: Chunked",
    "Transfer-Encoding: deflate", "Transfer-Encoding: trailers", "Transfer-Encoding: null",
  ]

  /// Ways to break the line itself.
  static let brokenLines: [(String, RequestRefusal)] = [
    ("Transfer-Encoding : chunked", .whitespaceBeforeColon),
    ("Transfer-Encoding\t:chunked", .whitespaceBeforeColon),
    (" Transfer-Encoding: chunked", .obsFold), ("\tTransfer-Encoding: chunked", .obsFold),
    ("Transfer-Encoding:\r\n chunked", .obsFold), ("X: x\r\n Transfer-Encoding: chunked", .obsFold),
    ("X: x\nTransfer-Encoding: chunked", .bareLF), ("X: x\rTransfer-Encoding: chunked", .bareCR),
    ("Transfer-Encoding: chunked\r", .bareCR), ("Transfer-Encoding\r: chunked", .bareCR),
    ("Transfer-Encoding: \u{B}chunked", .fieldValueMalformed),
    ("Transfer-Encoding: \u{0}chunked", .fieldValueMalformed),
    ("Transfer-Encoding: chunked\u{0}", .fieldValueMalformed),
    ("Transfer-Encoding: \u{7F}chunked", .fieldValueMalformed),
    ("Transfer-Encoding\u{0}: chunked", .fieldNameMalformed),
    ("Transfer Encoding: chunked", .whitespaceBeforeColon),
    ("Transfer_Encoding: chunked", .framingLookAlike),
    ("\u{0}Transfer-Encoding: chunked", .fieldNameMalformed),
    ("Foo: bar\r\n\rTransfer-Encoding: chunked", .bareCR),
    ("\"Transfer-Encoding\": chunked", .fieldNameMalformed),
    ("Transfer-Encoding=chunked", .fieldLineMalformed), ("Transfer-Encoding", .fieldLineMalformed),
  ]

  static let lengths: [String] = [
    "+5", "-5", "5 ", "0x5", "05", "00", "5,5", "5, 5", "5;5", "5.0", "5e0", "1_0", "٥", "5\u{A0}",
    "", "five", "18446744073709551616", "99999999999999999999999", "5 5", "\"5\"", "0 5", ",5",
    "5,",
  ]

  @Test("TE.TE: a transfer coding other than exactly chunked is not implemented")
  func mutatedCodings() {
    for line in Self.transferEncodings {
      #expect(outcome(post(line)) == .refused(.transferEncodingUnsupported), "\(line)")
      let both = outcome(post(line, "Transfer-Encoding: chunked"))
      #expect(both == .refused(.transferEncodingRepeated), "\(line)")
      let reversed = outcome(post("Transfer-Encoding: chunked", line))
      #expect(reversed == .refused(.transferEncodingRepeated), "\(line)")
    }
  }

  @Test("CL.TE and TE.CL: a length beside any transfer coding is refused, in either order")
  func lengthAndCoding() {
    for line in Self.transferEncodings + ["Transfer-Encoding: chunked"] {
      for length in [
        "Content-Length: 0", "Content-Length: 6", "content-length: 4", "Content-Length:",
      ] {
        #expect(outcome(post(length, line)) == .refused(.contentLengthWithTransferEncoding))
        #expect(outcome(post(line, length)) == .refused(.contentLengthWithTransferEncoding))
      }
    }
  }

  @Test("a broken line never hides a transfer coding")
  func broken() {
    for (line, refusal) in Self.brokenLines {
      #expect(outcome(post(line)) == .refused(refusal), "\(line)")
      #expect(outcome(post("Content-Length: 5", line)) == .refused(refusal), "\(line)")
      #expect(outcome(post(line, "Content-Length: 5")) == .refused(refusal), "\(line)")
    }
  }

  @Test("CL.CL: a length is one canonical number, sent once")
  func mutatedLengths() {
    for value in Self.lengths where value != "5 " {
      let result = outcome(post("Content-Length: \(value)"))
      #expect(result == .refused(.contentLengthMalformed), "\(value)")
    }
    for value in Self.lengths + ["5"] {
      #expect(
        outcome(post("Content-Length: 5", "Content-Length: \(value)"))
          == .refused(.contentLengthRepeated))
      #expect(
        outcome(post("Content-Length: \(value)", "CONTENT-LENGTH: 5"))
          == .refused(.contentLengthRepeated))
    }
  }

  @Test("CL.0: a GET with a length has a body of that length")
  func getWithBody() throws {
    #expect(try head(get("Content-Length: 5")).framing == .contentLength(5))
    #expect(try head(get("Transfer-Encoding: chunked")).framing == .chunked)
  }

  @Test("what follows a refused request is never read as another one")
  func nothingAfterRefusal() {
    let smuggled = "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n"
    var parser = RequestHeadParser()
    let attack = post("Content-Length: 4", "Transfer-Encoding: chunked") + smuggled
    #expect(throws: RequestRefusal.contentLengthWithTransferEncoding) {
      try parser.receive(Array(attack.utf8))
    }
    #expect(throws: RequestRefusal.contentLengthWithTransferEncoding) {
      try parser.receive(Array(smuggled.utf8))
    }
  }

  @Test("chunk extensions and odd chunk sizes are refused")
  func chunks() {
    let bodies: [(String, RequestRefusal)] = [
      ("5;a=b\r\nhello\r\n0\r\n\r\n", .chunkExtension), ("5;\r\nhello\r\n", .chunkExtension),
      ("5;a=\"\r\n\"\r\nhello\r\n", .chunkExtension), ("0;a\r\n\r\n", .chunkExtension),
      ("5;\nhello\r\n", .chunkExtension), ("5 ;a\r\nhello\r\n", .chunkSizeMalformed),
      ("5 \r\nhello\r\n", .chunkSizeMalformed), (" 5\r\nhello\r\n", .chunkSizeMalformed),
      ("\t5\r\nhello\r\n", .chunkSizeMalformed), ("0x5\r\nhello\r\n", .chunkSizeMalformed),
      ("+5\r\nhello\r\n", .chunkSizeMalformed), ("-5\r\nhello\r\n", .chunkSizeMalformed),
      ("5\nhello\r\n", .bareLF), ("5\r5\r\nhello", .bareCR),
      ("\r\n5\r\nhello", .chunkSizeMalformed),
      ("\n", .chunkSizeMalformed), (";a\r\n", .chunkSizeMalformed), ("g\r\n", .chunkSizeMalformed),
      ("5\r\nhello0\r\n\r\n", .chunkDataMalformed), ("5\r\nhello\n0\r\n\r\n", .chunkDataMalformed),
      ("5\r\nhello\r0\r\n\r\n", .chunkDataMalformed), ("5\r\nhello!\r\n", .chunkDataMalformed),
      ("5\r\nhell\r\n0\r\n\r\n", .chunkDataMalformed),
      ("00000000000000005\r\nhello", .chunkSizeMalformed),
      ("10000000000000005\r\nhello", .chunkSizeMalformed),
      ("fffffffffffffffff\r\n", .chunkSizeMalformed), ("5\u{0}\r\nhello", .chunkSizeMalformed),
      ("0\r\nX : y\r\n\r\n", .whitespaceBeforeColon), ("0\r\n X: y\r\n\r\n", .obsFold),
      ("0\r\nX\r\n\r\n", .fieldLineMalformed), ("0\r\nX: y\n\r\n", .bareLF), ("0\r\n\n", .bareLF),
      ("0\r\nX: a\rb\r\n\r\n", .bareCR), ("0\r\nX: \u{0}\r\n\r\n", .fieldValueMalformed),
      ("0\r\nContent-Length: 5\r\n\r\n", .trailerForbidden),
      ("0\r\ntransfer_encoding: x\r\n\r\n", .trailerForbidden),
      ("0\r\nHost: b\r\n\r\n", .trailerForbidden),
      ("0\r\nAuthorization: x\r\n\r\n", .trailerForbidden),
      ("0\r\nGET /admin HTTP/1.1\r\n\r\n", .fieldLineMalformed),
    ]
    for (body, refusal) in bodies {
      let bytes = Array(body.utf8)
      #expect(failure(decode([bytes], framing: .chunked).result) == refusal, "\(body)")
      #expect(failure(decode(bytes.singly, framing: .chunked).result) == refusal, "\(body)")
    }
  }

  private func failure(_ result: Result<[UInt8], RequestRefusal>) -> RequestRefusal? {
    if case .failure(let refusal) = result { refusal } else { nil }
  }
}
