import NIOCore
import NIOHPACK
import NIOPosix
import TestIssuers

/// A client that writes the frames of HTTP/2 by hand, right or wrong, and keeps what comes for each
/// stream.
struct HTTP2Client {
  enum Kind: UInt8 {
    case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate,
      continuation
  }

  /// What has come on a stream.
  struct Answer {
    var fields: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var isComplete = false
    var reset: UInt32?
    /// How many of its fields were put into the client's table.
    var indexed = 0

    var status: Int { self.field(":status").flatMap(Int.init) ?? 0 }
    var text: String { String(decoding: self.body, as: UTF8.self) }
    var isOver: Bool { self.isComplete || self.reset != nil }

    func field(_ name: String) -> String? { self.fields.first { $0.name == name }?.value }

    var problem: String? {
      guard let start = self.text.firstRange(of: "gatehouse.dev/problems/") else { return nil }
      return String(self.text[start.upperBound...].prefix { $0 != "\"" })
    }
  }

  static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

  private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var bytes = ByteBuffer()
  private var block = ByteBuffer()
  private var hpack = HPACKDecoder(
    allocator: ByteBufferAllocator(), maxDynamicTableSize: Self.largestTable)
  /// What settings may allow the gateway.
  static let largestTable = 65_536
  private(set) var answers: [UInt32: Answer] = [:]
  private(set) var goAway: (last: UInt32, code: UInt32)?
  private(set) var isClosed = false
  /// The gateway's setting of how many streams may be open.
  private(set) var maximumStreams: UInt32?
  /// How much more may be sent than at first, on a stream or, on stream 0, on all together.
  private(set) var opened: [UInt32: Int] = [:]
  /// Whether what was read is read on.
  var opensWindows = true
  /// How many PING frames it has answered.
  private(set) var pongs = 0

  static func connect<Result>(
    _ stage: TestStage, settings: [(UInt16, UInt32)] = [],
    _ beginning: TestBeginning = TestBeginning(),
    _ body: (inout HTTP2Client) async throws -> Result
  ) async throws -> Result {
    let channel = try await beginning.connect(port: stage.port, group: stage.group)
    return try await channel.executeThenClose { inbound, outbound in
      var client = HTTP2Client(iterator: inbound.makeAsyncIterator(), outbound: outbound)
      try await client.outbound.write(ByteBuffer(string: Self.preface))
      var payload = ByteBuffer()
      for (name, value) in settings { payload.writeMultipleIntegers(name, value) }
      try await client.send(.settings, payload: payload)
      return try await body(&client)
    }
  }

  // MARK: Writing

  static func frame(
    _ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, payload: ByteBuffer = ByteBuffer()
  ) -> ByteBuffer {
    var frame = ByteBuffer()
    let length = UInt32(payload.readableBytes)
    frame.writeMultipleIntegers(
      UInt8(truncatingIfNeeded: length >> 16), UInt16(truncatingIfNeeded: length), kind.rawValue,
      flags, stream)
    frame.writeImmutableBuffer(payload)
    return frame
  }

  /// Literals that are not indexed, without Huffman's code: whatever bytes are wanted.
  static func block(_ fields: [(String, String)]) -> ByteBuffer {
    var block = ByteBuffer()
    for (name, value) in fields {
      block.writeInteger(UInt8(0))
      for text in [name, value] {
        let count = text.utf8.count
        if count < 127 {
          block.writeInteger(UInt8(count))
        } else {
          block.writeInteger(UInt8(127))
          var rest = count - 127
          while rest >= 128 {
            block.writeInteger(UInt8(rest % 128 + 128))
            rest /= 128
          }
          block.writeInteger(UInt8(rest))
        }
        block.writeString(text)
      }
    }
    return block
  }

  func send(
    _ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, payload: ByteBuffer = ByteBuffer()
  ) async throws {
    try await self.outbound.write(
      Self.frame(kind, flags: flags, stream: stream, payload: payload))
  }

  func send(
    headers fields: [(String, String)], on stream: UInt32, ends: Bool = true
  ) async throws {
    try await self.send(
      .headers, flags: ends ? 5 : 4, stream: stream, payload: Self.block(fields))
  }

  func send(data: String, on stream: UInt32, ends: Bool = true) async throws {
    try await self.send(
      .data, flags: ends ? 1 : 0, stream: stream, payload: ByteBuffer(string: data))
  }

  func send(reset stream: UInt32) async throws {
    try await self.send(.reset, stream: stream, payload: ByteBuffer(integer: UInt32(8)))
  }

  // MARK: Reading

  /// Reads until the stream's answer is over, or the connection is.
  mutating func answer(on stream: UInt32) async throws -> Answer {
    while self.answers[stream]?.isOver != true {
      guard try await self.readFrame() else { break }
    }
    return self.answers[stream] ?? Answer()
  }

  /// Reads until the connection ends, however it does.
  mutating func readToEnd() async throws {
    while try await self.readFrame() {}
  }

  /// - Returns: whether there was another frame.
  mutating func readFrame() async throws -> Bool {
    while true {
      if let found = self.takeFrame() {
        try await self.take(found.kind, found.flags, found.stream, found.payload)
        return true
      }
      guard let more = try? await self.iterator.next(isolation: #isolation) else {
        self.isClosed = true
        return false
      }
      self.bytes.writeImmutableBuffer(more)
    }
  }

  private mutating func takeFrame() -> (
    kind: UInt8, flags: UInt8, stream: UInt32, payload: ByteBuffer
  )? {
    var copy = self.bytes
    guard
      let (high, low, kind, flags, stream) = copy.readMultipleIntegers(
        as: (UInt8, UInt16, UInt8, UInt8, UInt32).self),
      let payload = copy.readSlice(length: Int(high) << 16 + Int(low))
    else { return nil }
    self.bytes = copy
    self.bytes.discardReadBytes()
    return (kind, flags, stream & 0x7fff_ffff, payload)
  }

  private mutating func take(
    _ kind: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: ByteBuffer
  ) async throws {
    var payload = payload
    switch Kind(rawValue: kind) {
    case .data:
      let count = UInt32(payload.readableBytes)
      self.answers[stream, default: Answer()].body += payload.readableBytesView
      if flags & 1 != 0 { self.answers[stream]?.isComplete = true }
      if self.opensWindows, count > 0 {
        for id in [0, stream] {
          try? await self.send(.windowUpdate, stream: id, payload: ByteBuffer(integer: count))
        }
      }
    case .headers:
      self.block = payload
      if flags & 4 != 0 { try self.takeBlock(stream) }
      if flags & 1 != 0 { self.answers[stream]?.isComplete = true }
    case .continuation:
      self.block.writeImmutableBuffer(payload)
      if flags & 4 != 0 { try self.takeBlock(stream) }
    case .reset: self.answers[stream, default: Answer()].reset = payload.readInteger()
    case .settings where flags & 1 == 0:
      while let (name, value) = payload.readMultipleIntegers(as: (UInt16, UInt32).self) {
        if name == 3 { self.maximumStreams = value }
      }
      try? await self.send(.settings, flags: 1)
    case .ping where flags & 1 != 0: self.pongs += 1
    case .goAway:
      if let (last, code) = payload.readMultipleIntegers(as: (UInt32, UInt32).self) {
        self.goAway = (last, code)
      }
    case .windowUpdate:
      if let count = payload.readInteger(as: UInt32.self) {
        self.opened[stream, default: 0] += Int(count)
      }
    default: break
    }
  }

  private mutating func takeBlock(_ stream: UInt32) throws {
    let indexed = Self.indexed(self.block)
    let headers = try self.hpack.decodeHeaders(from: &self.block)
    // Of interim answers, the last is kept.
    self.answers[stream, default: Answer()].fields = headers.map { ($0.name, $0.value) }
    self.answers[stream]?.indexed = indexed
  }

  /// The literals with incremental indexing, RFC 7541 section 6.2.1, of a block whose numbers are small
  /// enough for their prefixes.
  private static func indexed(_ block: ByteBuffer) -> Int {
    var block = block
    var found = 0
    while let first = block.readInteger(as: UInt8.self) {
      // An indexed field.
      if first & 0x80 != 0 { continue }
      // A change of the table's size.
      if first & 0xe0 == 0x20 {
        if first & 0x1f == 0x1f {
          while let more = block.readInteger(as: UInt8.self), more & 0x80 != 0 {}
        }
        continue
      }
      let isIndexed = first & 0x40 != 0
      if isIndexed { found += 1 }
      let mask: UInt8 = isIndexed ? 0x3f : 0x0f
      if first & mask == mask { block.moveReaderIndex(forwardBy: 1) }
      for _ in 0..<(first & mask == 0 ? 2 : 1) {
        guard let length = block.readInteger(as: UInt8.self) else { return found }
        block.moveReaderIndex(forwardBy: min(Int(length & 0x7f), block.readableBytes))
      }
    }
    return found
  }
}

extension TestStage {
  /// The fields of a request with a good token.
  func fields(
    _ method: String, _ path: String, _ more: [(String, String)] = []
  ) throws -> [(String, String)] {
    [
      (":method", method), (":scheme", "http"), (":path", path), (":authority", "orders.example"),
      ("authorization", "Bearer \(try self.issuer.token())"),
    ] + more
  }
}
