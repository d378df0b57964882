import GatewayProxy
import Inspection
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import TestIssuers
import Testing

/// Whatever the gateway has of an answer when it is told to stop, the client gets all of it.
@Suite("Answers that are on their way when the gateway stops, over sockets")
struct DrainAnswerTests {
  /// The lengths that the service was asked for.
  private final class Asked: Sendable {
    private let lengths = Mutex<[Int]>([])
    private let (news, noted) = AsyncStream<Void>.makeStream()

    var count: Int { self.lengths.withLock { $0.count } }

    func contains(_ length: Int) -> Bool { self.lengths.withLock { $0.contains(length) } }

    func note(_ length: Int) {
      self.lengths.withLock { $0.append(length) }
      self.noted.yield()
    }

    /// Waits until the service was asked for this.
    func wait(for length: Int) async { await self.wait { $0.contains(length) } }

    func wait(until condition: (Asked) -> Bool) async {
      var news = self.news.makeAsyncIterator()
      while !condition(self) { await news.next() }
    }
  }

  /// A service whose answers are as long as the `x-id` of their request says.
  private static func run(
    _ body: @escaping @Sendable (TestStage, Asked) async throws -> Void
  ) async throws {
    let asked = Asked()
    try await ScriptedService.run(on: .singleton) { connection in
      var text = ""
      while let more = try await connection.readSome() {
        text += String(buffer: more).lowercased()
        guard text.contains("\r\n\r\n"), let id = text.firstRange(of: "x-id: ") else { continue }
        let length = Int(text[id.upperBound...].prefix { $0.isNumber }) ?? 0
        text = ""
        asked.note(length)
        try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
        try await connection.write(Self.content(length))
      }
    } _: { service in
      var options = TestStage.Options()
      options.hasOneLoop = true
      options.upstream = Upstream(origins: [.init(host: "127.0.0.1", port: service.port)])
      options.configure = {
        $0.drainTimeout = .minutes(1)
        $0.goodbyeNotice = .milliseconds(100)
      }
      try await TestStage.run(options) { stage in try await body(stage, asked) }
    }
  }

  private static func content(_ length: Int) -> String {
    String(buffer: HTTP2Upload.content(from: 0, count: length))
  }

  private static func head(_ length: Int, _ token: String) -> String {
    "GET /id HTTP/1.1\nHost: orders.example\nX-Id: \(length)\nAuthorization: Bearer \(token)"
  }

  /// Small enough to have left, to lie in the buffers, or too large for these.
  static let lengths = [10, 70_000, 900_000, 3_000_000]

  /// Stops the gateway, whose only event loop has heard of it when this returns.
  private static func stop(_ stage: TestStage, _ idle: inout TestClient) async throws {
    try await idle.send(head: Self.head(1, stage.issuer.token()))
    #expect(try await idle.answer().body == "a")
    await stage.listener?.triggerGracefulShutdown()
    #expect(try await idle.isAtEnd())
  }

  @Test(
    "what a client has not read yet arrives whole, then the connection ends",
    .timeLimit(.minutes(1)), arguments: lengths)
  func unread(_ length: Int) async throws {
    try await Self.run { stage, asked in
      let token = try stage.issuer.token()
      try await stage.connect { idle in
        try await stage.connect { client in
          try await client.send(head: Self.head(length, token))
          await asked.wait(for: length)
          try await Self.stop(stage, &idle)
          let answer = try await client.answer()
          #expect(answer.isComplete)
          #expect(answer.body == Self.content(length))
          #expect(try await client.isAtEnd())
        }
      }
    }
  }

  /// Opens clients that ask for answers of these lengths and read little of them, one within the other.
  private static func open(
    _ lengths: ArraySlice<Int>, _ stage: TestStage, _ opened: [TestClient] = [],
    then body: (inout [TestClient]) async throws -> Void
  ) async throws {
    guard let length = lengths.first else {
      var clients = opened
      return try await body(&clients)
    }
    try await stage.connect(TestBeginning(hasSmallBuffers: true)) { client in
      try await client.send(head: Self.head(length, stage.issuer.token()))
      try await Self.open(lengths.dropFirst(), stage, opened + [client], then: body)
    }
  }

  @Test(
    "however much of an answer the kernel has taken, the rest follows, then the connection ends",
    .timeLimit(.minutes(1)))
  func rest() async throws {
    let lengths = (1...24).map { $0 * 48_000 }
    try await Self.run { stage, asked in
      try await stage.connect { idle in
        try await Self.open(lengths[...], stage) { clients in
          await asked.wait { $0.count >= lengths.count }
          for _ in 0..<20 {
            try await idle.send(head: Self.head(1, stage.issuer.token()))
            #expect(try await idle.answer().body == "a")
          }
          try await Self.stop(stage, &idle)
          for (index, length) in lengths.enumerated() {
            let answer = try await clients[index].answer()
            #expect(answer.isComplete)
            #expect(answer.body == Self.content(length))
            #expect(try await clients[index].isAtEnd())
          }
        }
      }
    }
  }

  @Test(
    "an answer behind another one arrives whole, then the connection ends",
    .timeLimit(.minutes(1)), arguments: lengths)
  func behind(_ length: Int) async throws {
    try await Self.run { stage, asked in
      let token = try stage.issuer.token()
      try await stage.connect { idle in
        try await stage.connect { client in
          for length in [20, 30, length] {
            try await client.send(head: Self.head(length, token))
          }
          await asked.wait(for: length)
          try await Self.stop(stage, &idle)
          for length in [20, 30, length] {
            let answer = try await client.answer()
            #expect(answer.isComplete)
            #expect(answer.body == Self.content(length))
          }
          #expect(try await client.isAtEnd())
        }
      }
    }
  }

  @Test(
    "a request behind an answer that is on its way is answered whole or not at all",
    .timeLimit(.minutes(1)), arguments: lengths)
  func waiting(_ length: Int) async throws {
    try await Self.run { stage, asked in
      let token = try stage.issuer.token()
      try await stage.connect { idle in
        try await stage.connect { client in
          try await client.send(head: Self.head(length, token))
          try await client.send(head: Self.head(40, token))
          await asked.wait(for: length)
          try await Self.stop(stage, &idle)
          let first = try await client.answer()
          #expect(first.isComplete)
          #expect(first.body == Self.content(length))
          if let second = try? await client.answer() {
            #expect(second.isComplete)
            #expect(second.body == Self.content(40))
          } else {
            // It may be sent again elsewhere.
            #expect(!asked.contains(40))
          }
          #expect(try await client.isAtEnd())
        }
      }
    }
  }

  @Test(
    "streams whose client had no window for their answers are ended once it has",
    .timeLimit(.minutes(1)))
  func windows() async throws {
    let (length, window) = (200_000, 65_535)
    try await Self.run { stage, asked in
      try await stage.connect { idle in
        try await HTTP2Client.connect(stage) { client in
          client.opensWindows = false
          for stream: UInt32 in [1, 3] {
            let id = ("x-id", "\(length)")
            try await client.send(headers: stage.fields("GET", "/id", [id]), on: stream)
          }
          while client.answers.values.reduce(0, { $0 + $1.body.count }) < window {
            try #require(try await client.readFrame())
          }
          await asked.wait { $0.count >= 2 }
          try await Self.stop(stage, &idle)
          while client.goAway == nil { try #require(try await client.readFrame()) }
          client.opensWindows = true
          for stream: UInt32 in [0, 1, 3] {
            try await client.send(
              .windowUpdate, stream: stream, payload: ByteBuffer(integer: UInt32(window)))
          }
          for stream: UInt32 in [1, 3] {
            let answer = try await client.answer(on: stream)
            #expect(answer.isComplete)
            #expect(answer.text == Self.content(length))
          }
          try await client.readToEnd()
          #expect((client.goAway?.last, client.goAway?.code) == (3, 0))
        }
      }
    }
  }

  @Test(
    "a first request that crosses the stop is answered whole",
    .timeLimit(.minutes(1)), arguments: TestVersion.allCases)
  func crossing(_ version: TestVersion) async throws {
    var options = TestStage.Options()
    options.hasOneLoop = true
    options.headTimeout = .minutes(1)
    options.configure = {
      $0.firstRequestNotice = .minutes(1)
      $0.goodbyeNotice = .minutes(1)
      $0.drainTimeout = .minutes(2)
    }
    for _ in 0..<5 {
      try await TestStage.run(options) { stage in
        switch version {
        case .http1: try await Self.cross(stage)
        case .http2: try await Self.crossInHTTP2(stage)
        }
      }
    }
  }

  private static func cross(_ stage: TestStage) async throws {
    let token = try stage.issuer.token()
    try await stage.connect { client in
      // Its own connection comes first, and has been accepted when this is answered.
      #expect(try await stage.request("GET /plain").body == "ok")
      async let stopped: Void? = stage.listener?.triggerGracefulShutdown()
      try await client.send(
        head: "GET /plain HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)")
      let answer = try await client.answer()
      #expect((answer.body, answer.isComplete) == ("ok", true))
      await stopped
      #expect(try await client.isAtEnd())
    }
  }

  private static func crossInHTTP2(_ stage: TestStage) async throws {
    try await HTTP2Client.connect(stage) { client in
      #expect(try await stage.request("GET /plain").body == "ok")
      async let stopped: Void? = stage.listener?.triggerGracefulShutdown()
      try await client.send(headers: stage.fields("GET", "/plain"), on: 1)
      let answer = try await client.answer(on: 1)
      #expect((answer.text, answer.isComplete) == ("ok", true))
      await stopped
      // After that it may send more for as long as it cannot know.
      while client.goAway == nil { try #require(try await client.readFrame()) }
      #expect(client.goAway?.code == 0)
    }
  }
}
