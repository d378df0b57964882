import HTTPMessages
import NIOCore
import NIOPosix
import Synchronization

/// A service behind the gateway that does what the path of a request says, for better or worse.
final class TestUpstream: Sendable {
  /// The heads that it has received, and what became of their connections.
  private let received = Mutex<[String]>([])
  private let flooded = Mutex(0)
  private let ended: AsyncStream<Void>.Continuation
  /// One element for each connection that has ended.
  let endings: AsyncStream<Void>
  private let group: MultiThreadedEventLoopGroup

  init(group: MultiThreadedEventLoopGroup) {
    self.group = group
    (self.endings, self.ended) = AsyncStream.makeStream()
  }

  /// How many bytes of endless answers were taken from it.
  var floodedBytes: Int { self.flooded.withLock { $0 } }

  var heads: [String] { self.received.withLock { $0 } }

  func run(_ ready: @escaping @Sendable (Int) -> Void) async throws {
    let server: NIOAsyncChannel<any Channel, Never> = try await ServerBootstrap(group: self.group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: false)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeSucceededFuture(channel)
      }
    ready(server.channel.localAddress?.port ?? 0)
    try await server.executeThenClose { channels in
      try await withThrowingDiscardingTaskGroup { group in
        for try await channel in channels {
          group.addTask {
            try? await self.serve(channel)
            self.ended.yield()
          }
        }
      }
    }
  }

  private func serve(_ channel: any Channel) async throws {
    let connection = try await channel.eventLoop.submit {
      guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
      return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
    }.get()
    try await connection.executeThenClose { inbound, _ in
      channel.setOption(.autoRead, value: true).whenComplete { _ in }
      try await self.serve(inbound, channel)
    }
  }

  private func serve(
    _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ channel: any Channel
  ) async throws {
    var iterator = inbound.makeAsyncIterator()
    var bytes: [UInt8] = []
    var count = 0
    while true {
      count += 1
      var parser = RequestHeadParser(pathRules: .all)
      var head: RequestHead?
      var read: [UInt8] = []
      while head == nil {
        if let found = try parser.receive(bytes) {
          let text = String(decoding: read + bytes.prefix(found.consumed), as: UTF8.self)
          self.received.withLock { $0.append(text) }
          bytes.removeFirst(found.consumed)
          head = found.head
        } else {
          read += bytes
          bytes = []
          guard let more = try await iterator.next(isolation: #isolation) else { return }
          bytes = Array(more.readableBytesView)
        }
      }
      guard let head else { return }
      guard
        try await self.behave(
          head, &bytes, &iterator, count,
          { text in
            // Once the kernel has it: on a busy machine much could wait here.
            try await channel.writeAndFlush(ByteBuffer(string: text)).get()
          })
      else { return }
    }
  }

  /// - Returns: whether the connection goes on.
  private func behave(
    _ head: RequestHead, _ bytes: inout [UInt8],
    _ iterator: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, _ count: Int,
    _ write: (String) async throws -> Void
  ) async throws -> Bool {
    switch head.target.path {
    case "/close": return false
    case "/garbage":
      try await write("ICY 200 fine\r\n\r\n")
      return false
    case "/signed":
      try await write("HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok")
      return false
    case "/flood":
      try await write("HTTP/1.1 200 OK\r\n\r\n")
      let piece = String(repeating: "x", count: 65_536)
      while true {
        try await write(piece)
        self.flooded.withLock { $0 += piece.utf8.count }
      }
    case "/broken":
      try await write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
      return false
    case "/broken-chunks":
      try await write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
      return false
    case "/wide":
      // The head is longer than a frame of HTTP/2.
      let wide = String(repeating: "a=b; ", count: 5_000)
      try await write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Wide: \(wide)c\r\n\r\nok")
      return true
    case "/hang":
      _ = try await iterator.next(isolation: #isolation)
      return false
    case "/stream":
      try await write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
      _ = try await iterator.next(isolation: #isolation)
      return false
    case "/early":
      try await write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
      return false
    case "/empty":
      try await write("HTTP/1.1 204 No Content\r\n\r\n")
      return true
    case "/old":
      try await write("HTTP/1.0 200 OK\r\n\r\nuntil the end")
      return false
    case "/hops":
      try await write(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
          + "Gatehouse-Subject: me\r\nX-Request-Id: theirs\r\nX-Kept: yes\r\n\r\nok")
      return true
    case "/id":
      return try await self.identify(head, &bytes, &iterator, count, write)
    case "/socket" where head.fields.first(named: "upgrade") != nil:
      let isRight = head.fields.first(named: "x-how") == nil
      // The answer to the key of RFC 6455 section 1.3.
      let accept = isRight ? "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" : "s3pPLMBiTxaQ9kYGzzhZRbK+xOp="
      try await write(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Accept: \(accept)\r\n\r\nwelcome.")
      while let more = try await iterator.next(isolation: #isolation) {
        try await write(String(decoding: more.readableBytesView, as: UTF8.self))
      }
      return false
    case "/echo":
      try await write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      try await self.echo(head, &bytes, &iterator, isAnswer: true, write)
      return true
    default:
      let length = head.method == .head ? 5 : 2
      let body = head.method == .head ? "" : "ok"
      try await self.echo(head, &bytes, &iterator, isAnswer: false, write)
      try await write("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n\(body)")
      return true
    }
  }

  /// Answers with the request's own `x-id`, in the way that its `x-how` says, for better or worse.
  /// - Parameter count: how many requests the connection has brought, this one included.
  private func identify(
    _ head: RequestHead, _ bytes: inout [UInt8],
    _ iterator: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, _ count: Int,
    _ write: (String) async throws -> Void
  ) async throws -> Bool {
    let id = head.fields.first(named: "x-id")?.text ?? "none"
    let how = head.fields.first(named: "x-how")?.text ?? ""
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: \(id.utf8.count)\r\n\r\n\(id)"
    let poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
    if how == "drop" || (how == "drop-kept" && count > 1) { return false }
    if how == "early" {
      try await write(answer)
      return true
    }
    try await self.echo(head, &bytes, &iterator, isAnswer: false, write)
    switch how {
    case "twice": try await write(answer + poison)
    case "after":
      try await write(answer)
      try await write(poison)
    case "cut":
      try await write(String(answer.dropLast(1)))
      return false
    case "head-cut":
      try await write("HTTP/1.1 200 O")
      return false
    case "closing":
      try await write(answer)
      return false
    case "says-close":
      try await write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(id)")
      return false
    case "interim":
      try await write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer)
    case "chunked":
      try await write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      for character in id { try await write("1\r\n\(character)\r\n") }
      try await write("0\r\n\r\n")
    default: try await write(answer)
    }
    return true
  }

  private func echo(
    _ head: RequestHead, _ bytes: inout [UInt8],
    _ iterator: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
    isAnswer: Bool, _ write: (String) async throws -> Void
  ) async throws {
    var decoder = BodyDecoder(framing: head.framing)
    while true {
      var offset = 0
      while let part = try decoder.next(in: bytes.span, at: &offset) {
        guard case .data(let range) = part else {
          bytes.removeFirst(offset)
          if isAnswer { try await write("0\r\n\r\n") }
          return
        }
        let text = String(decoding: bytes[range], as: UTF8.self)
        if isAnswer { try await write("\(String(range.count, radix: 16))\r\n\(text)\r\n") }
      }
      guard let more = try await iterator.next(isolation: #isolation) else { return }
      bytes = Array(more.readableBytesView)
    }
  }
}
