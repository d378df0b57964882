import Gateway
import NIOCore
import Testing

@Suite("HTTP/2 with prior knowledge, over a socket")
struct HTTP2Tests {
  @Test("requests of each kind are answered on one connection")
  func kinds() async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        try await client.send(headers: stage.fields("GET", "/hops"), on: 1)
        let hops = try await client.answer(on: 1)
        #expect((hops.status, hops.text, hops.isComplete) == (200, "ok", true))
        #expect(hops.field("x-kept") == "yes")
        for name in ["connection", "keep-alive", "x-hop", "transfer-encoding", "gatehouse-subject"]
        {
          #expect(hops.field(name) == nil)
        }
        try await client.send(headers: stage.fields("HEAD", "/plain"), on: 3)
        let head = try await client.answer(on: 3)
        #expect((head.status, head.text, head.field("content-length")) == (200, "", "5"))
        let text = [("content-type", "text/plain")]
        try await client.send(
          headers: stage.fields("POST", "/echo", text + [("content-length", "5")]), on: 5,
          ends: false)
        try await client.send(data: "hello", on: 5)
        #expect(try await client.answer(on: 5).text == "hello")
        try await client.send(headers: stage.fields("POST", "/echo", text), on: 7, ends: false)
        try await client.send(data: "hel", on: 7, ends: false)
        try await client.send(data: "lo", on: 7, ends: false)
        try await client.send(headers: [("x-checksum", "1")], on: 7)
        #expect(try await client.answer(on: 7).text == "hello")
        try await client.send(
          headers: stage.fields("POST", "/plain", text + [("content-length", "0")]), on: 9)
        #expect(try await client.answer(on: 9).text == "ok")
        try await client.send(headers: stage.fields("GET", "/empty"), on: 11)
        #expect(try await client.answer(on: 11).status == 204)
      }
      let heads = stage.upstream.heads.map { $0.lowercased() }
      #expect(heads.allSatisfy { $0.contains("host: 127.0.0.1:") && !$0.contains("x-checksum") })
      #expect(heads.allSatisfy { !$0.contains("authorization") })
      #expect(heads[2].contains("content-length: 5\r\n"))
      #expect(heads[3].contains("transfer-encoding: chunked\r\n"))
      #expect(try await stage.events().count == 6)
    }
  }

  @Test("large bodies pass both ways within their windows")
  func large() async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        let piece = String(repeating: "0123456789abcdef", count: 512)
        try await client.send(
          headers: stage.fields("POST", "/echo", [("content-type", "text/plain")]), on: 1,
          ends: false)
        // As much as the windows hold comes back before more is sent.
        for count in 1...60 {
          try await client.send(data: piece, on: 1, ends: count == 60)
          while (client.answers[1]?.body.count ?? 0) < count * piece.utf8.count {
            try #require(try await client.readFrame())
          }
        }
        let answer = try await client.answer(on: 1)
        #expect(answer.isComplete)
        #expect(answer.text == String(repeating: piece, count: 60))
      }
    }
  }

  @Test("many streams at once get their own answers, and not more than are allowed begin")
  func streams() async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        for index in 0..<100 {
          try await client.send(
            headers: stage.fields("GET", "/id", [("x-id", "id-\(index)")]),
            on: UInt32(index * 2 + 1))
        }
        for index in 0..<100 {
          #expect(try await client.answer(on: UInt32(index * 2 + 1)).text == "id-\(index)")
        }
        #expect(client.maximumStreams == 100)
      }
    }
  }

  @Test("what is refused is answered on its stream, and the others go on")
  func refusals() async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        try await client.send(
          headers: [
            (":method", "GET"), (":scheme", "http"), (":path", "/hops"),
            (":authority", "orders.example"),
          ], on: 1)
        let missing = try await client.answer(on: 1)
        #expect((missing.status, missing.problem ?? "") == (401, "credential/token-missing"))
        #expect(missing.field("content-type") == "application/problem+json")
        #expect(missing.field("x-request-id")?.isEmpty == false)
        try await client.send(headers: stage.fields("GET", "/nowhere"), on: 3)
        #expect(try await client.answer(on: 3).problem == "operation/unknown")
        try await client.send(headers: stage.fields("GET", "/hops"), on: 5)
        #expect(try await client.answer(on: 5).status == 200)
      }
    }
  }

  static let smuggled: [[(String, String)]] = [
    [("X-Upper", "1")], [("connection", "close")], [("transfer-encoding", "chunked")],
    [("keep-alive", "1")], [("proxy-connection", "close")], [("upgrade", "h2c")],
    [("te", "gzip")], [("x", "a\r\nhost: b")], [("x", "a\nb")], [("x", "a\rb")], [("x", "a\0b")],
    [("x", " a")], [("x y", "1")], [("x:", "1")], [("x\r\nhost", "1")],
    [(":status", "200")], [(":path", "/plain")], [(":protocol", "websocket")],
    [("host", "other.example")], [("content-length", "5")], [("content-length", "+0")],
  ]

  @Test("fields that would be read otherwise in HTTP/1.1 reach nobody", arguments: smuggled)
  func smuggling(_ fields: [(String, String)]) async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        try await client.send(headers: stage.fields("GET", "/plain", fields), on: 1)
        let answer = try await client.answer(on: 1)
        #expect([400, 501].contains(answer.status))
        #expect(answer.problem?.hasPrefix("framing/") == true)
        #expect(stage.upstream.heads.isEmpty)
        try await client.send(headers: stage.fields("GET", "/plain"), on: 3)
        #expect(try await client.answer(on: 3).text == "ok")
      }
    }
  }

  static let badHeads: [[(String, String)]] = [
    [(":method", "GET"), (":scheme", "http"), (":authority", "orders.example")],
    [(":method", "GET"), (":path", "/plain"), (":authority", "orders.example")],
    [(":scheme", "http"), (":path", "/plain"), (":authority", "orders.example")],
    [(":method", "GET"), (":scheme", "http"), (":path", "/plain")],
    [(":method", "GET"), (":scheme", "http"), (":path", ""), (":authority", "orders.example")],
    [
      (":method", "GET"), (":scheme", "https"), (":path", "/plain"),
      (":authority", "orders.example"),
    ],
    [
      (":method", "GET"), (":scheme", "http"), (":path", "/plain HTTP/1.1\r\nx: y"),
      (":authority", "orders.example"),
    ],
    [
      (":method", "GET /x HTTP/1.1\r\n\r\n"), (":scheme", "http"), (":path", "/plain"),
      (":authority", "orders.example"),
    ],
    [
      (":method", "GET"), (":scheme", "http"), (":path", "/plain"),
      (":authority", "orders.example\r\nx: y"),
    ],
    [
      (":method", "GET"), (":scheme", "http"), (":path", "/plain"),
      (":authority", "a@orders.example"),
    ],
    [
      (":method", "GET"), (":scheme", "http"), (":path", "/plain/../hops"),
      (":authority", "orders.example"),
    ],
    [
      (":method", "GET"), (":scheme", "http"), ("x", "y"), (":path", "/plain"),
      (":authority", "orders.example"),
    ],
    [(":method", "CONNECT"), (":authority", "orders.example")],
    [
      (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", "/socket"),
      (":authority", "orders.example"),
    ],
  ]

  @Test("heads that are none are refused, CONNECT among them", arguments: badHeads)
  func pseudoFields(_ fields: [(String, String)]) async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        try await client.send(headers: fields, on: 1)
        let answer = try await client.answer(on: 1)
        #expect([400, 501].contains(answer.status))
        try await client.send(headers: stage.fields("GET", "/plain"), on: 3)
        #expect(try await client.answer(on: 3).text == "ok")
      }
      #expect(stage.upstream.heads.count == 1)
    }
  }

  @Test(
    "content that is longer or shorter than announced never looks complete",
    arguments: ["ab", "abcdef"])
  func length(_ content: String) async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        let fields = [("content-type", "text/plain"), ("content-length", "4")]
        try await client.send(headers: stage.fields("POST", "/plain", fields), on: 1, ends: false)
        try await client.send(data: content, on: 1)
        let answer = try await client.answer(on: 1)
        #expect((answer.status, answer.problem ?? "") == (400, "framing/content-length-disagrees"))
        try await client.send(headers: stage.fields("POST", "/plain", fields), on: 3, ends: false)
        try await client.send(data: "abcd", on: 3)
        #expect(try await client.answer(on: 3).text == "ok")
      }
    }
  }

  @Test("trailers that do not end the request, and bad ones, are refused")
  func trailers() async throws {
    try await TestStage.run { stage in
      for (fields, ends) in [
        ([("x-a", "b")], false), ([(":path", "/x")], true), ([("X", "y")], true),
      ] {
        try await HTTP2Client.connect(stage) { client in
          let text = [("content-type", "text/plain")]
          try await client.send(headers: stage.fields("POST", "/plain", text), on: 1, ends: false)
          try await client.send(data: "ab", on: 1, ends: false)
          try await client.send(headers: fields, on: 1, ends: ends)
          let answer = try await client.answer(on: 1)
          #expect(answer.status == 400 || answer.reset != nil || client.isClosed)
        }
      }
      #expect(try await stage.request("GET /plain").body == "ok")
    }
  }

  @Test(
    "an answer before the request has ended arrives whole, and the stream is then reset without error"
  )
  func early() async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage, settings: [(4, 1)]) { client in
        try await client.send(
          headers: stage.fields("POST", "/early", [("content-type", "text/plain")]), on: 1,
          ends: false)
        try await client.send(data: "only this", on: 1, ends: false)
        let answer = try await client.answer(on: 1)
        #expect((answer.status, answer.text, answer.isComplete) == (403, "no", true))
        while client.answers[1]?.reset == nil, try await client.readFrame() {}
        #expect(client.answers[1]?.reset == 0)
        try await client.send(headers: stage.fields("GET", "/plain"), on: 3)
        #expect(try await client.answer(on: 3).text == "ok")
      }
    }
  }

  @Test("a stream that is reset ends the request to the service, and no other")
  func reset() async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        try await client.send(headers: stage.fields("GET", "/stream"), on: 1)
        while client.answers[1]?.text != "hello" { try #require(try await client.readFrame()) }
        try await client.send(reset: 1)
        var endings = stage.upstream.endings.makeAsyncIterator()
        await endings.next()
        try await client.send(headers: stage.fields("GET", "/plain"), on: 3)
        #expect(try await client.answer(on: 3).text == "ok")
      }
      #expect(stage.live.count == 0)
    }
  }

  @Test("an upgrade from HTTP/1.1 is ignored, and the request answered")
  func upgrade() async throws {
    try await TestStage.run { stage in
      let answer = try await stage.request(
        "GET /plain",
        "\nConnection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMAAABk")
      #expect((answer.status, answer.body) == (200, "ok"))
      #expect(stage.upstream.heads.first?.lowercased().contains("h2c") == false)
    }
  }
}
