import HTTPMessages
import NIOCore
import NIOPosix

/// A client that sends bytes as it is told to, and reads answers strictly.
struct TestClient {
  struct Answer {
    let head: ResponseHead
    let body: String
    /// Whether the body was all there.
    let isComplete: Bool

    var status: Int { self.head.status.code }

    func field(_ name: String) -> String? { self.head.fields.first(named: name)?.text }

    var problem: String? {
      guard let start = self.body.firstRange(of: "gatehouse.dev/problems/") else { return nil }
      return String(self.body[start.upperBound...].prefix { $0 != "\"" })
    }
  }

  private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var bytes: [UInt8] = []

  static func connect<Result>(
    port: Int, group: MultiThreadedEventLoopGroup, _ beginning: TestBeginning = TestBeginning(),
    _ body: (inout TestClient) async throws -> Result
  ) async throws -> Result {
    let channel = try await beginning.connect(port: port, group: group)
    return try await channel.executeThenClose { inbound, outbound in
      var client = TestClient(iterator: inbound.makeAsyncIterator(), outbound: outbound)
      return try await body(&client)
    }
  }

  func send(_ text: String) async throws {
    try await self.outbound.write(ByteBuffer(string: text))
  }

  /// Sends lines as a head.
  func send(head lines: String) async throws {
    try await self.send(lines.replacing("\n", with: "\r\n") + "\r\n\r\n")
  }

  /// Reads one answer to its end; interim ones are passed over unless wanted.
  mutating func answer(to method: HTTPMethod = .get, wantsInterim: Bool = false) async throws
    -> Answer
  {
    let received = try await self.head(method, wantsInterim: wantsInterim)
    var decoder = BodyDecoder(framing: received.framing)
    var body: [UInt8] = []
    while true {
      var offset = 0
      while let part = try decoder.next(in: self.bytes.span, at: &offset) {
        guard case .data(let range) = part else {
          self.bytes.removeFirst(offset)
          return Answer(
            head: received.head, body: String(decoding: body, as: UTF8.self), isComplete: true)
        }
        body += self.bytes[range]
      }
      guard try await self.readMore() else {
        return Answer(
          head: received.head, body: String(decoding: body, as: UTF8.self), isComplete: false)
      }
    }
  }

  /// Reads until this much of a body's bytes has come, whatever its framing.
  mutating func read(until text: String) async throws -> Bool {
    var all: [UInt8] = []
    while !String(decoding: all, as: UTF8.self).contains(text) {
      if self.bytes.isEmpty, try await !self.readMore() { return false }
      all += self.bytes
      self.bytes = []
    }
    return true
  }

  /// Whether the connection ends without another byte.
  mutating func isAtEnd() async throws -> Bool {
    guard self.bytes.isEmpty else { return false }
    return try await !self.readMore()
  }

  private mutating func head(
    _ method: HTTPMethod, wantsInterim: Bool
  ) async throws -> ReceivedResponse {
    var parser = ResponseHeadParser()
    while true {
      if let found = try parser.receive(self.bytes.span, answering: method) {
        self.bytes.removeFirst(found.consumed)
        if !found.response.head.status.isInformational || wantsInterim { return found.response }
      } else {
        guard try await self.readMore() else { throw ConnectionEnded() }
      }
    }
  }

  /// - Returns: false at the end, also when it comes as a reset.
  private mutating func readMore() async throws -> Bool {
    guard let more = try? await self.iterator.next(isolation: #isolation) else { return false }
    self.bytes = Array(more.readableBytesView)
    return true
  }
}

struct ConnectionEnded: Error {}
