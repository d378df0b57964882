import Gateway
import HTTPMessages
import Inspection
import NIOCore

/// The client takes nothing more.
struct ClientGone: Error {}

/// Writes answers to one client.
struct ClientWriter: Sendable {
  private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

  init(_ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
    self.outbound = outbound
  }

  /// Tells a client that waits for it to send its body (RFC 9110 section 10.1.1).
  func writeContinue() async throws(ClientGone) {
    try await self.write(ResponseHead(status: .continue), body: [])
  }

  func write(_ head: ResponseHead, body: [UInt8]) async throws(ClientGone) {
    var bytes = head.serialized()
    bytes.append(contentsOf: body)
    try await self.write(ByteBuffer(bytes: bytes))
  }

  func write(_ bytes: ByteBuffer) async throws(ClientGone) {
    do {
      try await self.outbound.write(bytes)
    } catch {
      throw ClientGone()
    }
  }

  func writeChunk(_ bytes: ByteBuffer) async throws(ClientGone) {
    var framed = ByteBuffer()
    framed.writeBytes(ChunkedEncoder.prefix(forSize: bytes.readableBytes))
    framed.writeImmutableBuffer(bytes)
    framed.writeBytes(ChunkedEncoder.suffix)
    try await self.write(framed)
  }

  func writeLastChunk() async throws(ClientGone) {
    try await self.write(ByteBuffer(bytes: ChunkedEncoder.end))
  }

  /// Says that nothing more will come.
  func finish() { self.outbound.finish() }
}

/// The gateway's own answer to a request that it does not let through.
struct RefusalAnswer {
  let head: ResponseHead
  let body: [UInt8]

  /// - Parameters:
  ///   - method: of the request; an answer to HEAD has no content.
  ///   - closes: whether the connection ends with the answer.
  init(_ refusal: Refusal, requestID: String, method: HTTPMethod?, closes: Bool) {
    let content = refusal.problem(requestID: requestID).body()
    var lines = [
      ("content-type", Problem.mediaType), ("content-length", String(content.count)),
      ("cache-control", "no-store"), (FieldName.requestID, requestID),
    ]
    lines += refusal.fields.map { ($0.name, $0.value) }
    if closes { lines.append(("connection", "close")) }
    var fields = HTTPFields()
    // What cannot be written as a field is none of the caller's: names and scopes of contracts.
    for (name, value) in lines { try? fields.append(name: name, value: value) }
    self.head = ResponseHead(status: refusal.status, fields: fields)
    self.body = method == .head ? [] : content
  }
}

/// Fields that the gateway itself sets.
enum FieldName {
  static let requestID = "x-request-id"
  /// The client's own request id on its way to the service: believed by nobody.
  static let untrustedRequestID = "x-untrusted-request-id"
  static let subject = "gatehouse-subject"
  static let gatehouseRequestID = "gatehouse-request-id"
}
