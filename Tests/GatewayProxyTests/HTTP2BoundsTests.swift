import Gateway
import GatewayProxy
import NIOCore
import Testing

@Suite("What a connection of HTTP/2 may hold, over a socket")
struct HTTP2BoundsTests {
  @Test(
    "bodies side by side are all taken, however much the connection has carried",
    .timeLimit(.minutes(2)), arguments: [1, 2, 10])
  func uploads(_ count: Int) async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        let piece = String(repeating: "0123456789abcdef", count: 1024)
        let pieces = 20
        let streams = (0..<count).map { UInt32($0 * 2 + 1) }
        for stream in streams {
          try await client.send(
            headers: stage.fields("POST", "/echo", [("content-type", "text/plain")]), on: stream,
            ends: false)
        }
        var sent: [UInt32: Int] = [:]
        for number in 1...pieces {
          for stream in streams {
            let size = piece.utf8.count
            while 65_535 + client.opened[stream, default: 0] < sent[stream, default: 0] + size
              || 65_535 + client.opened[0, default: 0] < sent.values.reduce(size, +)
            { try #require(try await client.readFrame()) }
            try await client.send(data: piece, on: stream, ends: number == pieces)
            sent[stream, default: 0] += size
          }
        }
        for stream in streams {
          let answer = try await client.answer(on: stream)
          #expect(answer.isComplete)
          #expect(answer.body.count == pieces * piece.utf8.count)
        }
      }
    }
  }

  @Test("a head of a service that is too long for a frame costs its request, and no other")
  func wideHead() async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        try await client.send(headers: stage.fields("GET", "/stream"), on: 1)
        while client.answers[1]?.text != "hello" { try #require(try await client.readFrame()) }
        try await client.send(headers: stage.fields("GET", "/wide"), on: 3)
        let answer = try await client.answer(on: 3)
        #expect((answer.status, answer.problem ?? "") == (502, "forward/broken"))
        try await client.send(headers: stage.fields("GET", "/plain"), on: 5)
        #expect(try await client.answer(on: 5).text == "ok")
        #expect(client.answers[1]?.isOver == false)
      }
    }
  }

  @Test(
    "a client that asks and takes no answers is read no further, and cut off",
    .timeLimit(.minutes(1)))
  func asksOnly() async throws {
    var options = TestStage.Options()
    options.configure = { $0.writeTimeout = .milliseconds(200) }
    try await TestStage.run(options) { stage in
      // No window holds the answers back.
      try await HTTP2Client.connect(stage, settings: [(4, 0x7fff_ffff)]) { client in
        try await client.send(.windowUpdate, payload: ByteBuffer(integer: UInt32(0x7fff_0000)))
        // Fills what the kernel holds.
        try await client.send(headers: stage.fields("GET", "/flood"), on: 1)
        var endings = stage.upstream.endings.makeAsyncIterator()
        await endings.next()
        let block = HTTP2Client.block(try stage.fields("GET", "/nowhere"))
        await #expect(throws: (any Error).self) {
          for number in 1...UInt32.max / 4 {
            try await client.send(.headers, flags: 5, stream: number * 2 + 1, payload: block)
          }
        }
      }
      #expect(try await stage.request("GET /plain").body == "ok")
    }
  }

  @Test("answers that a source does not take count, and what is too much costs nothing more")
  func untaken() async throws {
    var options = TestStage.Options()
    options.configure = { $0.requestsPerSource = 2 }
    try await TestStage.run(options) { stage in
      try await HTTP2Client.connect(stage, settings: [(4, 0)]) { client in
        client.opensWindows = false
        // One that names no host, one that is not let in, and two that are too much.
        try await client.send(headers: [(":method", "GET")], on: 1)
        try await client.send(
          headers: stage.fields("GET", "/hops").filter { $0.0 != "authorization" }, on: 3)
        for stream: UInt32 in [5, 7, 9] {
          try await client.send(headers: stage.fields("GET", "/hops"), on: stream)
        }
        let answer = try await client.answer(on: 9)
        #expect((answer.status, answer.field("content-length") ?? "") == (429, "0"))
        #expect(answer.isComplete)
        #expect([1, 3, 5, 7].map { client.answers[$0]?.status } == [400, 401, 429, 429])
        #expect(client.answers[7]?.isOver == false)
        for stream: UInt32 in [1, 3, 5] { try await client.send(reset: stream) }
        try await client.send(headers: stage.fields("GET", "/hops"), on: 11)
        while client.answers[11] == nil { try #require(try await client.readFrame()) }
        #expect(client.answers[11]?.status == 200)
      }
    }
  }

  @Test("nothing of single answers stays in a client's table, and nothing in one that is large")
  func table() async throws {
    try await TestStage.run { stage in
      for (table, first) in [(4096, 2), (4097, 0), (HTTP2Client.largestTable, 0)] {
        try await HTTP2Client.connect(stage, settings: [(1, UInt32(table))]) { client in
          for stream: UInt32 in [1, 3, 5] {
            try await client.send(headers: stage.fields("GET", "/hops"), on: stream)
            let answer = try await client.answer(on: stream)
            #expect(answer.status == 200)
            #expect(answer.field("x-request-id") != nil)
            #expect(stream == 1 ? answer.indexed >= first : answer.indexed == 0)
            if first == 0 { #expect(answer.indexed == 0) }
          }
        }
      }
    }
  }
}
