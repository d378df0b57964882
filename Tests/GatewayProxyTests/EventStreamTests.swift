import Gateway
import Inspection
import NIOCore
import NIOPosix
import TestIssuers
import Testing

@Suite("Answers that never end, over TLS")
struct EventStreamTests {
  /// How the service says where its content ends: in the last chunk, or nowhere.
  enum Framing: CaseIterable {
    case chunks, close

    var head: String {
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
        + (self == .chunks ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n")
    }

    func piece(_ text: String) -> String {
      self == .chunks ? "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" : text
    }
  }

  private static func event(_ number: Int) -> String { "id: \(number)\ndata: something\n\n" }

  @Test(
    "each event arrives before the service sends the next", .timeLimit(.minutes(1)),
    arguments: TestVersion.allCases, Framing.allCases)
  func events(_ version: TestVersion, _ framing: Framing) async throws {
    let server = try TestServer()
    let (readings, hasRead) = AsyncStream<Void>.makeStream()
    let (endings, hasEnded) = AsyncStream<Void>.makeStream()
    try await ScriptedService.run(on: .singleton) { connection in
      guard try await connection.readHead() else { return }
      try await connection.write(framing.head)
      var iterator = readings.makeAsyncIterator()
      for number in 1...5 {
        try await connection.write(framing.piece(Self.event(number)))
        await iterator.next()
      }
      // The answer has not ended; its client leaves.
      while try await connection.read(until: "never") {}
      hasEnded.yield()
    } _: { service in
      var options = TestStage.Options()
      options.security = try TestServer.security([server])
      options.upstream = Upstream(origins: [.init(host: "127.0.0.1", port: service.port)])
      try await TestStage.run(options) { stage in
        let question = Question(path: "/events", token: try stage.issuer.token())
        let beginning = try server.beginning(nil, version)
        try await Self.read(question, stage, beginning, version) { hasRead.yield() }
        var iterator = endings.makeAsyncIterator()
        await iterator.next()
      }
    }
  }

  /// Reads five events, and leaves.
  private static func read(
    _ question: Question, _ stage: TestStage, _ beginning: TestBeginning, _ version: TestVersion,
    _ hasRead: () -> Void
  ) async throws {
    switch version {
    case .http1:
      try await stage.connect(beginning) { client in
        try await client.send(head: question.lines)
        for number in 1...5 {
          #expect(try await client.read(until: Self.event(number)))
          hasRead()
        }
      }
    case .http2:
      try await HTTP2Client.connect(stage, beginning) { client in
        try await client.send(headers: question.fields(scheme: "https"), on: 1)
        for number in 1...5 {
          while client.answers[1]?.text.contains(Self.event(number)) != true {
            try #require(try await client.readFrame())
          }
          hasRead()
        }
        #expect(client.answers[1]?.field("content-type") == "text/event-stream")
        #expect(client.answers[1]?.isOver == false)
      }
    }
  }
}
