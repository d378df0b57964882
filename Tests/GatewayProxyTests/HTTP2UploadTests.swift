import Gateway
import GatewayProxy
import Inspection
import NIOCore
import NIOPosix
import Testing

@Suite("Content over HTTP/2 that nobody takes yet, over a socket")
struct HTTP2UploadTests {
  private static let window = 65_535
  private static let text = [("content-type", "text/plain")]

  /// One event loop with one connection to the service, so that whoever has that lets the others wait.
  private static var narrow: TestStage.Options {
    var options = TestStage.Options()
    options.hasOneLoop = true
    options.configure = {
      $0.upstream.connections = 1
      $0.upstream.connectTimeout = .minutes(1)
    }
    return options
  }

  /// Takes the only connection to the service.
  private static func occupy(
    _ stage: TestStage, _ client: inout HTTP2Client, on stream: UInt32
  ) async throws {
    try await client.send(headers: stage.fields("GET", "/stream"), on: stream)
    while client.answers[stream]?.text != "hello" { try #require(try await client.readFrame()) }
  }

  @Test(
    "a client stops at its window until there is a connection to the service, then all of it arrives",
    .timeLimit(.minutes(1)))
  func slowToConnect() async throws {
    try await TestStage.run(Self.narrow) { stage in
      try await HTTP2Client.connect(stage) { client in
        try await Self.occupy(stage, &client, on: 1)
        // The first waits for the connection, the second for room among such uploads.
        var uploads = [HTTP2Upload(on: 3, total: 300_000), HTTP2Upload(on: 5, total: 200_000)]
        for index in uploads.indices {
          let stream = uploads[index].stream
          let others = uploads.reduce(0) { $0 + $1.sent }
          try await client.send(
            headers: stage.fields("POST", "/echo", Self.text), on: stream, ends: false)
          try await uploads[index].send(&client, beside: others)
          #expect(uploads[index].sent == Self.window)
          #expect(client.opened[stream] == nil)
        }
        // Small content is whole before anybody wants it.
        try await client.send(headers: stage.fields("POST", "/echo", Self.text), on: 7, ends: false)
        try await client.send(data: "small", on: 7, ends: false)
        try await client.send(headers: [("x-checksum", "1")], on: 7)
        #expect(stage.upstream.heads.count == 1)
        try await client.send(reset: 1)
        for index in uploads.indices {
          let others = uploads.reduce(5 - uploads[index].sent) { $0 + $1.sent }
          try await uploads[index].finish(&client, beside: others)
          let answer = try await client.answer(on: uploads[index].stream)
          #expect(answer.isComplete)
          let sent = HTTP2Upload.content(from: 0, count: uploads[index].total)
          #expect(ByteBuffer(bytes: answer.body) == sent)
        }
        #expect(try await client.answer(on: 7).text == "small")
      }
    }
  }

  @Test(
    "a service that reads nothing stops the client, and gets everything once it reads",
    .timeLimit(.minutes(1)))
  func slowToRead() async throws {
    // Linux lets the gateway's own buffer grow to 4 MiB.
    let total = 6 << 20
    let (signals, readsOn) = AsyncStream<Void>.makeStream()
    try await ScriptedService.run(on: .singleton, hasSmallBuffers: true) { connection in
      guard var bytes = try await connection.readSome() else { return }
      var iterator = signals.makeAsyncIterator()
      await iterator.next()
      let end = Array("\r\n\r\n".utf8)
      while bytes.readableBytesView.firstRange(of: end) == nil {
        guard let more = try await connection.readSome() else { return }
        bytes.writeImmutableBuffer(more)
      }
      if let head = bytes.readableBytesView.firstRange(of: end) {
        bytes.moveReaderIndex(to: head.upperBound)
      }
      var count = 0
      var isRight = true
      while true {
        let length = bytes.readableBytes
        if bytes != HTTP2Upload.content(from: count, count: length) { isRight = false }
        count += length
        guard count < total, let more = try await connection.readSome() else { break }
        bytes = more
      }
      let text = "\(count) \(isRight)"
      try await connection.write(
        "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
    } _: { service in
      var options = TestStage.Options()
      options.upstream = Upstream(origins: [.init(host: "127.0.0.1", port: service.port)])
      options.maximumBody = 1 << 30
      options.configure = { $0.bodyTimeout = .minutes(1) }
      try await TestStage.run(options) { stage in
        try await HTTP2Client.connect(stage) { client in
          let fields = Self.text + [("content-length", "\(total)")]
          try await client.send(headers: stage.fields("POST", "/plain", fields), on: 1, ends: false)
          var upload = HTTP2Upload(on: 1, total: total)
          try await upload.send(&client)
          #expect(upload.sent < total)
          readsOn.yield()
          try await upload.finish(&client)
          #expect(try await client.answer(on: 1).text == "\(total) true")
        }
      }
    }
  }

  @Test(
    "streams that are reset while their content waits leave the connection's window to others",
    .timeLimit(.minutes(1)))
  func reset() async throws {
    try await TestStage.run(Self.narrow) { stage in
      try await HTTP2Client.connect(stage) { client in
        try await Self.occupy(stage, &client, on: 1)
        var others = 0
        for stream in stride(from: UInt32(3), to: 43, by: 2) {
          try await client.send(
            headers: stage.fields("POST", "/echo", Self.text), on: stream, ends: false)
          var upload = HTTP2Upload(on: stream, total: Self.window + 1)
          try await upload.send(&client, beside: others)
          #expect(upload.sent == Self.window)
          others += upload.sent
          try await client.send(reset: stream)
        }
        try await client.send(reset: 1)
        try await Self.expectUpload(stage, &client, on: 43, beside: others)
      }
      #expect(stage.live.count == 0)
      // None of them took a connection after it was gone.
      #expect(stage.upstream.heads.count == 2)
    }
  }

  @Test(
    "content of requests that were answered already leaves the connection's window to others",
    .timeLimit(.minutes(1)))
  func answered() async throws {
    try await TestStage.run { stage in
      try await HTTP2Client.connect(stage) { client in
        var others = 0
        for stream in stride(from: UInt32(1), to: 21, by: 2) {
          try await client.send(
            headers: stage.fields("POST", "/nowhere", Self.text), on: stream, ends: false)
          while client.answers[stream]?.reset == nil { try #require(try await client.readFrame()) }
          #expect(client.answers[stream]?.problem == "operation/unknown")
          // The client has not seen that yet.
          var upload = HTTP2Upload(on: stream, total: Self.window)
          try await upload.finish(&client, beside: others)
          others += upload.sent
        }
        try await Self.expectUpload(stage, &client, on: 21, beside: others)
      }
    }
  }

  private static func expectUpload(
    _ stage: TestStage, _ client: inout HTTP2Client, on stream: UInt32, beside others: Int
  ) async throws {
    try await client.send(
      headers: stage.fields("POST", "/echo", Self.text), on: stream, ends: false)
    var upload = HTTP2Upload(on: stream, total: 200_000)
    try await upload.finish(&client, beside: others)
    let answer = try await client.answer(on: stream)
    #expect(answer.isComplete)
    #expect(ByteBuffer(bytes: answer.body) == HTTP2Upload.content(from: 0, count: 200_000))
  }
}
