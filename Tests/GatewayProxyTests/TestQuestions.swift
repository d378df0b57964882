import HTTPMessages
import NIOCore

/// What a client asks without a body.
struct Question: Sendable {
  var method = "GET"
  var path = "/hops"
  var host = "orders.example"
  var token: String?

  /// A head of HTTP/1.1, to be sent line by line.
  var lines: String {
    "\(self.method) \(self.path) HTTP/1.1\nHost: \(self.host)"
      + (self.token.map { "\nAuthorization: Bearer \($0)" } ?? "")
  }

  /// The fields of HTTP/2.
  func fields(scheme: String) -> [(String, String)] {
    [
      (":method", self.method), (":scheme", scheme), (":path", self.path),
      (":authority", self.host),
    ] + (self.token.map { [("authorization", "Bearer \($0)")] } ?? [])
  }
}

/// What came back, in whichever version.
struct Reply: Sendable {
  let status: Int
  let problem: String?
  let challenge: String?
}

extension TestStage {
  /// Asks one question after the other on one connection.
  func ask(
    _ questions: [Question], _ beginning: TestBeginning, _ version: TestVersion
  ) async throws -> [Reply] {
    var replies: [Reply] = []
    switch version {
    case .http1:
      try await self.connect(beginning) { client in
        for question in questions {
          try await client.send(head: question.lines)
          let answer = try await client.answer()
          replies.append(
            Reply(
              status: answer.status, problem: answer.problem,
              challenge: answer.field("www-authenticate")))
        }
      }
    case .http2:
      try await HTTP2Client.connect(self, beginning) { client in
        for (index, question) in questions.enumerated() {
          let stream = UInt32(index * 2 + 1)
          try await client.send(
            headers: question.fields(scheme: beginning.tls == nil ? "http" : "https"), on: stream)
          let answer = try await client.answer(on: stream)
          replies.append(
            Reply(
              status: answer.status, problem: answer.problem,
              challenge: answer.field("www-authenticate")))
        }
      }
    }
    return replies
  }
}
