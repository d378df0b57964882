import HTTPMessages
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// NIOHTTP1's reading of a connection's bytes, through its decoder alone.
func nioReading(_ bytes: [UInt8]) -> ConnectionReading {
  var reading = ConnectionReading()
  let channel = EmbeddedChannel()
  do {
    let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)
    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
    try channel.writeInbound(ByteBuffer(bytes: bytes))
  } catch {
    reading.end = .refusal("\(error)")
  }
  var head: HTTPRequestHead?
  var body: [UInt8] = []
  while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
    switch part {
    case .head(let received): (head, body) = (received, [])
    case .body(let piece): body += Array(piece.readableBytesView)
    case .end:
      guard let head else { continue }
      reading.requests.append(
        ReadRequest(
          method: head.method.rawValue, target: head.uri,
          host: host(of: head), body: body))
    }
  }
  _ = try? channel.finish(acceptAlreadyClosed: true)
  return reading
}

/// NIOHTTP1 leaves the blanks behind a value in it, which RFC 9110 section 5.5 excludes from the value.
/// No server behind us sees them, since what goes on is written without them.
private func host(of head: HTTPRequestHead) -> String {
  let host = head.headers["host"].joined(separator: ",").lowercased()
  return String(host.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
}

@Suite("What we accept, beside NIOHTTP1")
struct NIODifferentialTests {
  /// After a request with `Upgrade`, NIOHTTP1 takes what follows for another protocol's bytes. Ours
  /// reads on, since a service that does not upgrade does as well; no such field is generated.
  @Test("is read there alike or refused, in 24,000 mutated connections", arguments: 0..<8)
  func mutated(_ part: Int) {
    var generator = MutatedRequests(seed: 0x6761_7465 + UInt64(part))
    var accepted = 0
    var refused = 0
    var agreed = 0
    for _ in 0..<3_000 {
      let bytes = generator.connection()
      let ours = ourReading(bytes)
      let theirs = nioReading(bytes)
      if let disagreement = ours.disagreement(with: theirs) {
        Issue.record("\(disagreement): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      }
      accepted += ours.requests.isEmpty ? 0 : 1
      refused += ours.isRefused ? 1 : 0
      agreed += !ours.requests.isEmpty && theirs.requests.count >= ours.requests.count ? 1 : 0
    }
    // The messages are worth comparing only if many are accepted, many refused, and most of those
    // accepted by both.
    #expect(accepted > 700)
    #expect(refused > 1_000)
    #expect(agreed > accepted * 9 / 10)
  }
}
