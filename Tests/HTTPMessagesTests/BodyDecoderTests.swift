import HTTPMessages
import Testing

@Suite("A body")
struct BodyDecoderTests {
  @Test("of counted bytes ends after as many, and leaves the rest alone")
  func counted() {
    let bytes = Array("helloGET /".utf8)
    for cut in 0...bytes.count {
      let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
      let decoded = decode(pieces, framing: .contentLength(5))
      #expect(decoded.result == .success(Array("hello".utf8)))
      #expect(decoded.isEnded)
      #expect(decoded.leftOver == 5)
    }
  }

  @Test("that is absent ends at once, without input")
  func none() throws {
    var decoder = BodyDecoder(framing: .none)
    var offset = 0
    let empty: [UInt8] = []
    #expect(try decoder.next(in: empty.span, at: &offset) == .end)
    #expect(try decoder.next(in: empty.span, at: &offset) == nil)
    try decoder.finish()
  }

  @Test("in chunks is the same, however it is cut")
  func chunked() {
    let text =
      "5\r\nhello\r\n00001\r\n \r\nA\r\n0123456789\r\nb\r\nworld\r\n\r\n--\r\n0\r\nX: y\r\n\r\nGET"
    let bytes = Array(text.utf8)
    let content = Array("hello 0123456789world\r\n\r\n--".utf8)
    #expect(decode(bytes.singly, framing: .chunked).result == .success(content))
    for cut in 0...bytes.count {
      let decoded = decode([Array(bytes[..<cut]), Array(bytes[cut...])], framing: .chunked)
      #expect(decoded.result == .success(content))
      #expect(decoded.isEnded)
      #expect(decoded.leftOver == 3)
    }
  }

  @Test("in chunks comes out of the encoder as it went in")
  func roundTrip() {
    var wire: [UInt8] = []
    let pieces = ["a", "", "bc", String(repeating: "x", count: 70_000)].map { Array($0.utf8) }
    for piece in pieces { ChunkedEncoder.encode(piece, into: &wire) }
    wire += ChunkedEncoder.end
    #expect(decode([wire], framing: .chunked).result == .success(Array(pieces.joined())))
    #expect(ChunkedEncoder.prefix(forSize: 0).isEmpty)
    #expect(ChunkedEncoder.prefix(forSize: -1).isEmpty)
  }

  @Test("larger than its limit is refused before its bytes are taken")
  func limit() {
    let counted = decode([[1]], framing: .contentLength(6), maximum: 5)
    #expect(counted.result == .failure(.bodyTooLarge))
    #expect(decode([[1]], framing: .contentLength(1), maximum: 1).isEnded)
    let chunks = Array("3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n".utf8)
    #expect(decode([chunks], framing: .chunked, maximum: 5).result == .failure(.bodyTooLarge))
    #expect(decode([chunks], framing: .chunked, maximum: 6).isEnded)
    let huge = Array("3\r\nabc\r\nffffffffffffffff\r\nx".utf8)
    #expect(decode([huge], framing: .chunked).result == .failure(.bodyTooLarge))
    let open = decode([[1, 2, 3]], framing: .untilClose, maximum: 2)
    #expect(open.result == .failure(.bodyTooLarge))
  }

  @Test("has bounded trailers")
  func trailers() {
    let limits = MessageLimits(trailerBytes: 20, trailerCount: 2)
    let result = { (text: String) in
      decode([Array(text.utf8)], framing: .chunked, limits: limits).result
    }
    #expect(result("0\r\nA: b\r\nC: d\r\n\r\n") == .success([]))
    #expect(result("0\r\nA: b\r\nC: d\r\nE: f\r\n\r\n") == .failure(.trailersTooLarge))
    #expect(result("0\r\nA: \(String(repeating: "b", count: 40))") == .failure(.trailersTooLarge))
    #expect(result("0\r\nA:\r\nB: 3456789012\r\n\r\n") == .failure(.trailersTooLarge))
  }

  @Test(
    "that the connection cuts off is truncated",
    arguments: [
      (MessageFraming.contentLength(5), "hell"), (.chunked, ""), (.chunked, "5\r\nhello\r\n"),
      (.chunked, "0\r\n"), (.chunked, "0\r\n\r"),
    ])
  func truncated(_ framing: MessageFraming, _ text: String) throws {
    var decoder = BodyDecoder(framing: framing)
    let bytes = Array(text.utf8)
    var offset = 0
    while try decoder.next(in: bytes.span, at: &offset) != nil {}
    #expect(throws: RequestRefusal.bodyTruncated) { try decoder.finish() }
  }

  @Test("until the connection closes ends with it")
  func untilClose() throws {
    var decoder = BodyDecoder(framing: .untilClose)
    let bytes: [UInt8] = [1, 2, 3]
    var offset = 0
    #expect(try decoder.next(in: bytes.span, at: &offset) == .data(0..<3))
    #expect(try decoder.next(in: bytes.span, at: &offset) == nil)
    try decoder.finish()
    #expect(decoder.isEnded)
    #expect(decoder.decodedBytes == 3)
  }

  @Test("made of any bytes never traps")
  func noise() {
    var state: UInt64 = 7
    let alphabet = Array("0123456789abcdef\r\n\r\n;:X ".utf8)
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<40 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(alphabet[Int((state >> 33) % UInt64(alphabet.count))])
      }
      let whole = decode([bytes], framing: .chunked)
      #expect(decode(bytes.singly, framing: .chunked).result == whole.result)
    }
  }
}
