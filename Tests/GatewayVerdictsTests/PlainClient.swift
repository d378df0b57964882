import NIOCore
import NIOPosix

/// Sends bytes as they are, and reads until the other end closes.
enum PlainClient {
  struct Answer {
    let status: Int
    let fields: String
    let body: String

    /// - Parameter text: a head as of HTTP/1.1, or as curl prints one of HTTP/2, and a body.
    init(_ text: String) {
      let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
      self.fields = String(parts.first ?? "")
      self.status = self.fields.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      self.body = parts.count > 1 ? String(parts[1]) : ""
    }

    /// The value of a field, by its name in lower case.
    func field(_ name: String) -> String? {
      self.fields.split(separator: "\r\n").first { $0.lowercased().hasPrefix("\(name):") }
        .map { $0.drop { $0 != ":" }.dropFirst().trimmingPrefix(" ") }.map(String.init)
    }
  }

  static func ask(_ address: SocketAddress, _ head: String, body: String = "") async throws
    -> Answer
  {
    let text = head.replacing("\n", with: "\r\n") + "\r\nConnection: close\r\n\r\n" + body
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(to: address) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let received = try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: text))
      var all = ByteBuffer()
      do {
        for try await piece in inbound { all.writeImmutableBuffer(piece) }
      } catch is IOError {
        // Whoever refuses a request may close over what it has not read.
      }
      return String(buffer: all)
    }
    return Answer(received)
  }
}
