import Gateway
import GatewayProxy
import NIOCore
import ServiceLifecycle
import Testing

@Suite("Floods of HTTP/2, over a socket")
struct HTTP2FloodTests {
  /// What a hostile client sends again and again, and how often.
  struct Flood: Sendable, CustomTestStringConvertible {
    let name: String
    let frames: @Sendable (TestStage) throws -> [ByteBuffer]

    var testDescription: String { self.name }
  }

  /// A frame as often as it says.
  static func times(
    _ count: Int, _ kind: HTTP2Client.Kind, stream: UInt32 = 0, _ payload: ByteBuffer = ByteBuffer()
  ) -> [ByteBuffer] {
    Array(
      repeating: HTTP2Client.frame(kind, stream: stream, payload: payload), count: count)
  }

  /// Streams that begin, each with another frame behind it.
  static func streams(
    _ count: UInt32, flags: UInt8, _ fields: [(String, String)], _ kind: HTTP2Client.Kind? = nil,
    code: UInt32 = 0
  ) -> [ByteBuffer] {
    let block = HTTP2Client.block(fields)
    var frames: [ByteBuffer] = []
    for index in 0..<count {
      let stream = index * 2 + 1
      frames.append(HTTP2Client.frame(.headers, flags: flags, stream: stream, payload: block))
      guard let kind else { continue }
      frames.append(HTTP2Client.frame(kind, stream: stream, payload: ByteBuffer(integer: code)))
    }
    return frames
  }

  static func head(_ fields: [(String, String)], flags: UInt8) -> ByteBuffer {
    HTTP2Client.frame(.headers, flags: flags, stream: 1, payload: HTTP2Client.block(fields))
  }

  static let floods = [
    Flood(name: "rapid reset") { stage in
      Self.streams(2000, flags: 5, try stage.fields("GET", "/hang"), .reset, code: 8)
    },
    Flood(name: "CONTINUATION without end") { stage in
      let head = Self.head(try stage.fields("GET", "/plain"), flags: 0)
      return [head] + Self.times(5000, .continuation, stream: 1, HTTP2Client.block([("x", "y")]))
    },
    Flood(name: "empty CONTINUATION") { _ in
      [Self.head([], flags: 0)] + Self.times(5000, .continuation, stream: 1)
    },
    Flood(name: "SETTINGS") { _ in
      Self.times(5000, .settings, ByteBuffer(bytes: [0, 4, 0, 1, 0, 0]))
    },
    Flood(name: "PING") { _ in Self.times(5000, .ping, ByteBuffer(repeating: 1, count: 8)) },
    Flood(name: "empty DATA") { stage in
      let fields = try stage.fields("POST", "/plain", [("content-type", "text/plain")])
      return [Self.head(fields, flags: 4)] + Self.times(5000, .data, stream: 1)
    },
    Flood(name: "streams beyond the maximum") { stage in
      Self.streams(2000, flags: 5, try stage.fields("GET", "/hang"))
    },
    Flood(name: "window updates that overflow") { _ in
      Self.times(3, .windowUpdate, ByteBuffer(integer: UInt32(0x7fff_ffff)))
    },
    Flood(name: "requests that break rules") { _ in
      Self.streams(3000, flags: 4, [(":method", "GET")], .windowUpdate)
    },
    Flood(name: "frames that are too long") { _ in
      Self.times(1, .ping, ByteBuffer(repeating: 0, count: 60_000))
    },
  ]

  @Test("a flood ends its connection, and others are served meanwhile", arguments: floods)
  func flood(_ flood: Flood) async throws {
    try await TestStage.run { stage in
      let frames = try flood.frames(stage)
      try await HTTP2Client.connect(stage) { client in
        let outbound = client.outbound
        async let sent: Void = {
          for frame in frames { try await outbound.write(frame) }
        }()
        #expect(try await stage.request("GET /plain").body == "ok")
        try await client.readToEnd()
        #expect(client.isClosed)
        // It may have been cut off in the middle.
        try? await sent
      }
      #expect(try await stage.request("GET /plain").body == "ok")
      while stage.live.count > 0 { await Task.yield() }
    }
  }

  @Test(
    "a client that opens no window is cut off, however little there is to send",
    arguments: ["/flood", "/plain"])
  func closedWindow(_ path: String) async throws {
    var options = TestStage.Options()
    options.configure = { $0.writeTimeout = .milliseconds(200) }
    try await TestStage.run(options) { stage in
      try await HTTP2Client.connect(stage, settings: [(4, 0)]) { client in
        client.opensWindows = false
        try await client.send(headers: stage.fields("GET", path), on: 1)
        let answer = try await client.answer(on: 1)
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
        #expect(answer.reset != nil)
      }
      #expect(try await stage.request("GET /plain").body == "ok")
    }
  }

  @Test("one source's requests under way are bounded, and others' are not")
  func perSource() async throws {
    var options = TestStage.Options()
    options.configure = { $0.requestsPerSource = 3 }
    try await TestStage.run(options) { stage in
      try await HTTP2Client.connect(stage) { client in
        for stream: UInt32 in [1, 3, 5, 7] {
          try await client.send(headers: stage.fields("GET", "/stream"), on: stream)
          if stream < 7 {
            while client.answers[stream]?.text != "hello" {
              try #require(try await client.readFrame())
            }
          }
        }
        let answer = try await client.answer(on: 7)
        #expect((answer.status, answer.problem ?? "") == (429, "source-limit/requests"))
        #expect(answer.field("retry-after") == "1")
        try await client.send(reset: 1)
        var endings = stage.upstream.endings.makeAsyncIterator()
        await endings.next()
        try await client.send(headers: stage.fields("GET", "/plain"), on: 9)
        #expect(try await client.answer(on: 9).text == "ok")
      }
    }
  }

  @Test("a stopping gateway says so, answers what crosses that, lets streams end, and closes")
  func drain() async throws {
    var options = TestStage.Options()
    options.configure = { $0.goodbyeNotice = .seconds(2) }
    try await TestStage.run(options) { stage in
      try await HTTP2Client.connect(stage) { client in
        try await client.send(
          headers: stage.fields("POST", "/echo", [("content-type", "text/plain")]), on: 1,
          ends: false)
        try await client.send(data: "first", on: 1, ends: false)
        while client.answers[1]?.text != "first" { try #require(try await client.readFrame()) }
        await stage.listener?.triggerGracefulShutdown()
        while client.goAway == nil { try #require(try await client.readFrame()) }
        #expect(client.goAway?.last == 0x7fff_ffff)
        #expect(client.goAway?.code == 0)
        try await client.send(headers: stage.fields("GET", "/plain"), on: 3)
        #expect(try await client.answer(on: 3).text == "ok")
        while client.goAway?.last != 3 { try #require(try await client.readFrame()) }
        #expect(client.goAway?.code == 0)
        // It comes too late, and may be sent to another gateway.
        try await client.send(headers: stage.fields("GET", "/plain"), on: 5)
        try await client.send(data: " second", on: 1)
        #expect(try await client.answer(on: 1).text == "first second")
        try await client.readToEnd()
        #expect(client.answers[5]?.status == nil)
      }
    }
  }

  @Test("a connection with a stream under way is not idle")
  func busy() async throws {
    var options = TestStage.Options()
    options.configure = { $0.idleTimeout = .seconds(3) }
    try await TestStage.run(options) { stage in
      try await HTTP2Client.connect(stage) { client in
        try await client.send(headers: stage.fields("GET", "/stream"), on: 1)
        while client.answers[1]?.text != "hello" { try #require(try await client.readFrame()) }
        // Idle ones are closed meanwhile.
        try await HTTP2Client.connect(stage) { idle in
          try await idle.readToEnd()
          #expect(idle.goAway?.code == 0)
        }
        #expect(client.goAway == nil)
        try await client.send(headers: stage.fields("GET", "/plain"), on: 3)
        #expect(try await client.answer(on: 3).text == "ok")
      }
    }
  }
}
