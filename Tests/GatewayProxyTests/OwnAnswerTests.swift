import Gateway
import GatewayProxy
import HTTPMessages
import NIOCore
import TestIssuers
import Testing

/// Nobody may ever get an answer that belongs to somebody else's request: each request has an id of its
/// own, which its answer must hold.
@Suite("Every answer belongs to its request, over sockets")
struct OwnAnswerTests {
  /// What a service may do, and the statuses that its client may then see.
  static let behaviours: [(how: String, statuses: Set<Int>)] = [
    ("", [200]), ("chunked", [200]), ("interim", [200]), ("says-close", [200]), ("closing", [200]),
    ("twice", [200]), ("after", [200]), ("early", [200]), ("drop", [502]), ("drop-kept", [200]),
    ("cut", [200]), ("head-cut", [502]),
  ]

  @Test(
    "whatever a service does, the next client gets its own answer", arguments: behaviours.map(\.how)
  )
  func followed(_ how: String) async throws {
    var options = TestStage.Options()
    // One connection at a time, and one event loop, as each has a pool of its own: what is left of a
    // connection meets the next request.
    options.hasOneLoop = true
    options.configure = { $0.upstream.connections = 1 }
    try await TestStage.run(options) { stage in
      let statuses = Self.behaviours.first { $0.how == how }?.statuses ?? []
      for round in 0..<4 {
        let first = try await stage.request("GET /id", "\nX-Id: first-\(round)\nX-How: \(how)")
        #expect(statuses.contains(first.status))
        if first.status == 200 { #expect("first-\(round)".hasPrefix(first.body)) }
        #expect(first.isComplete == (how != "cut"))
        if how == "after" || how == "closing" {
          // What nobody asked for comes while the connection lies ready, and ends it; or the service does.
          // Before that end is known another request may be sent on it, and be lost with it.
          var endings = stage.upstream.endings.makeAsyncIterator()
          await endings.next()
        }
        let second = try await stage.request("GET /id", "\nX-Id: second-\(round)")
        #expect((second.status, second.body) == (200, "second-\(round)"))
        let posted = try await stage.request(
          "POST /id", "\nX-Id: third-\(round)\nContent-Type: text/plain\nContent-Length: 2",
          body: "ab")
        #expect((posted.status, posted.body) == (200, "third-\(round)"))
      }
    }
  }

  @Test("an answer before the content is not followed by the rest of the content as a request")
  func early() async throws {
    var options = TestStage.Options()
    options.hasOneLoop = true
    options.configure = { $0.upstream.connections = 1 }
    try await TestStage.run(options) { stage in
      let token = try stage.issuer.token()
      for round in 0..<5 {
        try await stage.connect { client in
          try await client.send(
            head: "POST /id HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\n"
              + "X-Id: a-\(round)\nX-How: early\nContent-Type: text/plain\nContent-Length: 500")
          try await client.send("GET /id HTTP/1.1\r\nX-Id: smuggled\r\n\r\n")
          #expect(try await client.answer().body == "a-\(round)")
          try? await client.send("GET /id HTTP/1.1\r\nX-Id: smuggled\r\n\r\n")
          #expect(try await client.isAtEnd())
        }
        #expect(try await stage.request("GET /id", "\nX-Id: b-\(round)").body == "b-\(round)")
      }
      #expect(!stage.upstream.heads.contains { $0.contains("smuggled") })
    }
  }

  @Test("a kept connection that closes under a request: GET is sent once more, POST is 502")
  func closedWhileKept() async throws {
    try await TestStage.run { stage in
      let token = try stage.issuer.token()
      // One connection, so that the service's stay on one event loop.
      try await stage.connect { client in
        let fields = "Host: orders.example\nAuthorization: Bearer \(token)\nX-How: drop-kept"
        for id in ["a", "b", "c"] {
          try await client.send(head: "GET /id HTTP/1.1\nX-Id: \(id)\n\(fields)")
          #expect(try await client.answer().body == id)
        }
        #expect(stage.upstream.heads.count == 5)
        try await client.send(
          head: "POST /id HTTP/1.1\nX-Id: d\n\(fields)\nContent-Type: text/plain\nContent-Length: 2"
        )
        try await client.send("xy")
        #expect(try await client.answer().status == 502)
        #expect(stage.upstream.heads.count { $0.hasPrefix("POST") } == 1)
      }
    }
  }

  /// What a client does with one request.
  enum Manner: CaseIterable {
    case get, get2, post, postChunked, pipelined, vanishInHead, vanishInBody, vanishInAnswer
  }

  /// Left out is what no client of HTTP/1.1 can tell: bytes that a service sends of its own accord just when
  /// it has been asked again.
  @Test(
    "eight clients and a service of every kind, at random", .timeLimit(.minutes(5)),
    arguments: [1, 2])
  func random(_ seed: UInt64) async throws {
    var options = TestStage.Options()
    options.auditCapacity = 100_000
    // Nobody is to be refused because the machine is busy.
    options.responseTimeout = 60
    options.configure = {
      $0.upstream.connections = 4
      $0.upstream.connectTimeout = .minutes(1)
    }
    try await TestStage.run(options) { stage in
      try await withThrowingTaskGroup(of: Int.self) { clients in
        for number in 0..<8 {
          clients.addTask {
            var wanderer = try Wanderer(stage, number, seed: seed &* 1000 &+ UInt64(number))
            return try await wanderer.run(200)
          }
        }
        var answered = 0
        while let count = try await clients.next() { answered += count }
        #expect(answered > 400)
      }
      while stage.live.count > 0 { await Task.yield() }
      #expect(try await stage.request("GET /id", "\nX-Id: last").body == "last")
    }
  }
}

/// One client that sends requests of every kind in an order of its own.
private struct Wanderer {
  private let stage: TestStage
  private let number: Int
  private let token: String
  private var random: UInt64
  private var left = 0
  private var answered = 0

  init(_ stage: TestStage, _ number: Int, seed: UInt64) throws {
    self.stage = stage
    self.number = number
    self.token = try stage.issuer.token()
    self.random = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  }

  private mutating func choose<Choices: RandomAccessCollection>(_ choices: Choices)
    -> Choices.Element
  {
    self.random ^= self.random << 13
    self.random ^= self.random >> 7
    self.random ^= self.random << 17
    let offset = Int(self.random >> 33) % choices.count
    return choices[choices.index(choices.startIndex, offsetBy: offset)]
  }

  /// - Returns: how many were answered with 200.
  mutating func run(_ count: Int) async throws -> Int {
    self.left = count
    while self.left > 0 {
      let before = self
      self = try await self.stage.connect { client in
        var wanderer = before
        while wanderer.left > 0, try await wanderer.step(&client) {}
        return wanderer
      }
    }
    return self.answered
  }

  private func head(_ method: String, _ id: String, _ how: String, _ framing: String = "") -> String
  {
    "\(method) /id HTTP/1.1\r\nHost: orders.example\r\nAuthorization: Bearer \(self.token)\r\n"
      + "X-Id: \(id)\r\nX-How: \(how)\r\n\(framing)\r\n"
  }

  /// - Returns: whether the connection goes on.
  private mutating func step(_ client: inout TestClient) async throws -> Bool {
    self.left -= 1
    let behaviour = self.choose(OwnAnswerTests.behaviours.filter { $0.how != "after" })
    let id = "c\(self.number)-\(self.left)"
    let counted = "Content-Type: text/plain\r\nContent-Length: 10\r\n"
    let chunked = "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n"
    switch self.choose(OwnAnswerTests.Manner.allCases) {
    case .get, .get2:
      try? await client.send(self.head("GET", id, behaviour.how))
      return try await self.expect([id], behaviour, &client)
    case .post:
      try? await client.send(self.head("POST", id, behaviour.how, counted))
      try? await client.send("01234")
      try? await client.send("56789")
      return try await self.expect([id], behaviour, &client)
    case .postChunked:
      try? await client.send(self.head("POST", id, behaviour.how, chunked) + "5\r\n01234\r\n")
      try? await client.send("0\r\n\r\n")
      return try await self.expect([id], behaviour, &client)
    case .pipelined:
      let ids = (0..<3).map { "\(id)-\($0)" }
      let heads = ids.map { self.head("GET", $0, behaviour.how) }
      try? await client.send(heads.joined())
      return try await self.expect(ids, behaviour, &client)
    case .vanishInHead:
      try? await client.send(String(self.head("GET", id, behaviour.how).prefix(60)))
    case .vanishInBody:
      try? await client.send(self.head("POST", id, behaviour.how, counted) + "0123")
    case .vanishInAnswer:
      try? await client.send(self.head("GET", id, behaviour.how))
    }
    return false
  }

  private mutating func expect(
    _ ids: [String], _ behaviour: (how: String, statuses: Set<Int>), _ client: inout TestClient
  ) async throws -> Bool {
    for id in ids {
      guard let answer = try? await client.answer() else { return false }
      let isExpected = behaviour.statuses.contains(answer.status) || answer.status == 502
      #expect(isExpected, "\(id), \(behaviour): \(answer.status)")
      if answer.status == 200 {
        let isOwn = answer.isComplete ? answer.body == id : id.hasPrefix(answer.body)
        #expect(isOwn, "\(id), \(behaviour): \(answer.body)")
        self.answered += 1
      }
      if !answer.isComplete || answer.field("connection") == "close" { return false }
    }
    return true
  }
}
