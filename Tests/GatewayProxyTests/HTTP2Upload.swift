import NIOCore
import Testing

/// Content that is sent on one stream as its windows allow, and no faster.
struct HTTP2Upload {
  let stream: UInt32
  let total: Int
  private(set) var sent = 0

  private static let window = 65_535
  private static let frame = 16_384

  init(on stream: UInt32, total: Int) {
    self.stream = stream
    self.total = total
  }

  var isSent: Bool { self.sent == self.total }

  private static let period = 23
  private static let pattern = ByteBuffer(
    string: String(repeating: "abcdefghijklmnopqrstuvw", count: 350_000))

  /// What every upload has from byte `start` on.
  /// - Parameter count: seven million at most.
  static func content(from start: Int, count: Int) -> ByteBuffer {
    Self.pattern.getSlice(at: start % Self.period, length: count) ?? ByteBuffer()
  }

  /// Sends until there is no more to send, or until there is no window left and the gateway, which has
  /// looked at everything that was sent, opens none.
  mutating func send(_ client: inout HTTP2Client, beside others: Int = 0) async throws {
    while true {
      try await self.sendWhileOpen(client, others)
      if self.isSent { return }
      if try await !self.isOpened(&client) { return }
    }
  }

  /// Sends the rest, as the windows are opened.
  mutating func finish(_ client: inout HTTP2Client, beside others: Int = 0) async throws {
    while true {
      try await self.sendWhileOpen(client, others)
      if self.isSent { return }
      let opened = client.opened
      while client.opened == opened { try #require(try await client.readFrame()) }
    }
  }

  private mutating func sendWhileOpen(_ client: HTTP2Client, _ others: Int) async throws {
    let stream = Self.window + (client.opened[self.stream] ?? 0)
    let connection = Self.window + (client.opened[0] ?? 0) - others
    while !self.isSent {
      let room = min(stream, connection) - self.sent
      guard room > 0 else { return }
      try await self.send(min(room, Self.frame), client)
    }
  }

  private mutating func send(_ most: Int, _ client: HTTP2Client) async throws {
    let count = min(most, self.total - self.sent)
    let content = Self.content(from: self.sent, count: count)
    self.sent += count
    try await client.send(
      .data, flags: self.isSent ? 1 : 0, stream: self.stream, payload: content)
  }

  /// Whether a window is opened. What was sent before a PING is looked at when that is answered, and all
  /// that comes of it has happened when the next is. Of these frames only so many may be sent.
  private func isOpened(_ client: inout HTTP2Client) async throws -> Bool {
    let before = client.opened
    for _ in 0..<3 {
      let pongs = client.pongs
      try await client.send(.ping, payload: ByteBuffer(integer: UInt64(pongs)))
      while client.pongs == pongs { try #require(try await client.readFrame()) }
      if client.opened != before { return true }
    }
    return false
  }
}
