import HTTPMessages
import Testing

@Suite("What we accept, beside nginx")
struct NginxDifferentialTests {
  @Test("is read there alike or refused, in 600 mutated connections")
  func mutated() throws {
    let nginx = try NginxServer()
    defer { nginx.stop() }
    var generator = MutatedRequests(seed: 0x6E67_696E)
    var accepted = 0
    var agreed = 0
    for _ in 0..<600 {
      // A last request shows where a server that has lost its place would go on.
      let bytes = generator.connection() + Array("GET /last HTTP/1.1\r\nHost: last\r\n\r\n".utf8)
      let ours = ourReading(bytes).asLogged
      let theirs = try nginx.reading(bytes)
      if let disagreement = ours.disagreement(with: theirs) {
        Issue.record("\(disagreement): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      }
      accepted += ours.requests.isEmpty ? 0 : 1
      agreed += !ours.requests.isEmpty && theirs.requests.count >= ours.requests.count ? 1 : 0
    }
    #expect(accepted > 200)
    #expect(agreed > accepted * 8 / 10)
  }
}
