import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import GatewayProxy

@Suite("Writing past a channel")
struct PlainSocketTests {
  /// A channel, and the descriptor of the other end of its socket.
  private func run(_ body: (any Channel, CInt) async throws -> Void) async throws {
    var ends: [CInt] = [0, 0]
    try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
    defer { close(ends[1]) }
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .withConnectedSocket(ends[0]).get()
    try await body(channel, ends[1])
    try? await channel.close()
  }

  private func send(_ bytes: ByteBuffer, on channel: any Channel) async throws -> Int? {
    try await channel.eventLoop.submit {
      try #require(PlainSocket(of: channel)).send(bytes)
    }.get()
  }

  @Test("the other end has what was sent, and only as much as was said")
  func parts() async throws {
    try await self.run { channel, end in
      let bytes = ByteBuffer(bytes: (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 / 251) })
      let count = try #require(try await self.send(bytes, on: channel))
      #expect(count > 0 && count < bytes.readableBytes)
      #expect(try await self.send(bytes, on: channel) == 0, "full")
      var received = [UInt8](repeating: 0, count: 4_000_000)
      var total = 0
      while total < count {
        let more = received[total...].withUnsafeMutableBytes { read(end, $0.baseAddress, $0.count) }
        try #require(more > 0)
        total += more
      }
      #expect(total == count)
      #expect(received[..<count] == Array(bytes.readableBytesView)[..<count])
    }
  }

  @Test("nothing is sent to a connection that is gone, nor to whoever has its number now")
  func gone() async throws {
    try await self.run { channel, end in
      let socket = try await channel.eventLoop.submit {
        NIOLoopBound(try #require(PlainSocket(of: channel)), eventLoop: channel.eventLoop)
      }.get()
      try await channel.close()
      // The lowest numbers that are free are given out first, so that the closed one is among these.
      var others: [CInt] = []
      for _ in 0..<64 {
        var pair: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0)
        others += pair
      }
      defer { for other in others { close(other) } }
      let count = try await channel.eventLoop.submit {
        socket.value.send(ByteBuffer(string: "secret"))
      }.get()
      #expect(count == 0)
      for other in others {
        var byte: UInt8 = 0
        #expect(recv(other, &byte, 1, CInt(MSG_DONTWAIT)) == -1)
      }
    }
  }

  @Test("a peer that has gone is told of, and is no signal")
  func broken() async throws {
    var ends: [CInt] = [0, 0]
    try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
    let (channel, end) = (
      try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .withConnectedSocket(ends[0]).get(), ends[1]
    )
    // In one turn of the loop, so that the channel has not found it out yet.
    let count = try await channel.eventLoop.submit {
      close(end)
      return try #require(PlainSocket(of: channel)).send(ByteBuffer(string: "lost"))
    }.get()
    #expect(count == nil)
    try? await channel.close()
  }
}
