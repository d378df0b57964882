import NIOCore
import NIOPosix

/// Bytes to a socket, and everything that comes back until the peer closes.
enum RawExchange {
  static func answer(port: Int, bytes: [UInt8]) async throws -> String {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true))
        }
      }
    var received = ByteBuffer()
    do {
      try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(bytes: bytes))
        outbound.finish()
        for try await chunk in inbound { received.writeImmutableBuffer(chunk) }
      }
    } catch {
      // A peer that resets has answered as well.
    }
    return String(buffer: received)
  }
}
