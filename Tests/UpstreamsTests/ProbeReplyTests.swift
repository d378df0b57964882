import Testing

@testable import Upstreams

@Suite struct ProbeReplyTests {
  private func read(_ text: String) -> ProbeReply.Reading {
    var reply = ProbeReply()
    return reply.take(text.utf8)
  }

  @Test(
    "the status of a whole head is read",
    arguments: [
      ("HTTP/1.1 200 OK\r\n\r\n", 200), ("HTTP/1.0 503\r\n\r\n", 503),
      ("HTTP/1.1 204 \r\nA: b\r\n\r\n", 204), ("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\nx", 302),
      (
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        200
      ),
    ])
  func statuses(text: String, status: Int) {
    #expect(self.read(text) == .status(status))
    var pieces = ProbeReply()
    var last = ProbeReply.Reading.needsMore
    for byte in text.utf8 where last == .needsMore { last = pieces.take([byte]) }
    #expect(last == .status(status), "byte by byte")
  }

  @Test(
    "nothing else is an answer",
    arguments: [
      "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
      "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
      "HTTP/1.1 600 OK\r\n\r\n", "HTTP/1.1 -20 OK\r\n\r\n", "HTTP/1.1 ２００ OK\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n", "\r\n\r\n", "SSH-2.0-x\r\n",
      "http/1.1 200 OK\r\n",
      "<html>", "HTTP/1.1\r\n\r\n",
    ])
  func malformed(text: String) {
    #expect(self.read(text) == .malformed)
  }

  @Test("an unfinished head waits, and an endless one ends")
  func unfinished() {
    #expect(self.read("") == .needsMore)
    #expect(self.read("HTTP/1.1 200 OK\r\nA: b\r\n") == .needsMore)
    let endless = "HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: ProbeReply.longest)
    #expect(self.read(endless) == .malformed)
    let interim = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 1000)
    #expect(self.read(interim) == .malformed)
  }
}
