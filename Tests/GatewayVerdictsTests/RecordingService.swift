import NIOCore
import NIOPosix
import Synchronization

/// A service behind a proxy: it answers 200, and remembers what reached it.
final class RecordingService: Sendable {
  struct Head: Sendable {
    let line: String
    private let fields: [(name: String, value: String)]

    init(_ text: Substring) {
      let lines = text.split(separator: "\r\n")
      self.line = lines.first.map(String.init) ?? ""
      self.fields = lines.dropFirst().map { line in
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return (parts[0].lowercased(), String(parts.last ?? "").trimmingPrefix(" ").description)
      }
    }

    /// The values of every field with this name, which is in lower case.
    func values(_ name: String) -> [String] {
      self.fields.filter { $0.name == name }.map(\.value)
    }

    var names: Set<String> { Set(self.fields.map(\.name)) }
  }

  private let received = Mutex<[Head]>([])

  var heads: [Head] { self.received.withLock { $0 } }

  /// - Parameter body: receives the service and its port.
  static func run(
    _ body: @escaping @Sendable (RecordingService, Int) async throws -> Void
  ) async throws {
    let service = RecordingService()
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let port = server.channel.localAddress?.port ?? 0
    try await server.executeThenClose { connections in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
          try await withThrowingDiscardingTaskGroup { requests in
            for try await connection in connections {
              requests.addTask { try? await service.answer(connection) }
            }
          }
        }
        try await body(service, port)
        tasks.cancelAll()
        while let result = await tasks.nextResult() { _ = result }
      }
    }
  }

  private func answer(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
    try await connection.executeThenClose { inbound, outbound in
      var all = ByteBuffer()
      for try await piece in inbound {
        all.writeImmutableBuffer(piece)
        let parts = String(buffer: all).split(
          separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { continue }
        let head = Head(parts[0])
        let length = head.values("content-length").first.flatMap { Int($0) } ?? 0
        guard parts[1].utf8.count >= length else { continue }
        self.received.withLock { $0.append(head) }
        try await outbound.write(
          ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"))
        return
      }
    }
  }
}
