import Credentials
import Gateway
import HTTPMessages
import Inspection
import NIOCore

/// A request as it goes to its service: what of its fields goes on, and what only the gateway says.
struct RequestBytes {
  let request: AdmittedRequest
  let upgrade: WebSocketHandshake?

  private var head: RequestHead { self.request.head }

  /// Fields in whose place ours are written.
  private static let replaced: KnownFieldNames = [.traceparent]
  private static let replacedTrace: KnownFieldNames = [.traceparent, .tracestate]
  private static let longestRequestID = 256
  /// Room for what is added besides what the request itself makes long.
  private static let added = 1024

  /// - Parameter authority: of the service, which sees it as its own.
  /// - Returns: `nil` for what cannot be written as one head.
  func head(authority: String, _ stock: BufferStock) -> ByteBuffer? {
    let subject = self.request.permit.caller.credential?.principal.description
    // A SPIFFE ID, or an issuer and its subject, may be longer than all else that is added.
    let room = HeadWriter.room(
      for: self.head, extra: Self.added + (subject?.utf8.count ?? 0) + authority.utf8.count)
    var buffer = stock.take(room: room)
    do {
      try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) {
        try HeadWriter.write(into: $0) {
          self.write(to: &$0, authority: authority, subject: subject)
        }
      }
    } catch {
      return nil
    }
    return buffer
  }

  private func write(to writer: inout HeadWriter, authority: String, subject: String?) {
    writer.requestLine(self.head.method, self.head.target)
    writer.requestFields(
      of: self.head, forwardCredential: self.request.permit.service.forwarding.forwardsToken,
      dropping: self.request.trace.isContinued ? Self.replaced : Self.replacedTrace)
    writer.field("host", authority)
    self.writeIdentity(to: &writer, subject)
    if let parent = self.request.trace.parent { writer.field(parent) }
    self.writeRequestIDs(to: &writer)
    self.writeFraming(to: &writer)
    if self.upgrade != nil {
      writer.field("connection", "Upgrade")
      writer.field("upgrade", "websocket")
    }
    writer.endOfHead()
  }

  private func writeIdentity(to writer: inout HeadWriter, _ subject: String?) {
    if let subject { writer.field(FieldName.Written.subject, subject) }
    let forwarded = self.request.origin.forwarded
    writer.forwarded(forwarded.span, host: self.head.authority)
  }

  private func writeRequestIDs(to writer: inout HeadWriter) {
    if let theirs = self.head.fields.first(named: FieldName.requestID)?.value,
      theirs.count <= Self.longestRequestID
    {
      writer.field(FieldName.Written.untrustedRequestID, theirs)
    }
    writer.field(FieldName.Written.gatehouseRequestID, self.request.record.requestID)
    writer.field(FieldName.Written.requestID, self.request.record.requestID)
  }

  private func writeFraming(to writer: inout HeadWriter) {
    switch self.head.framing {
    case .none, .untilClose:
      // A method that may have content says that it has none (RFC 9110 section 8.6).
      switch self.head.method {
      case .post, .put, .patch: writer.field("content-length", "0")
      case .get, .head, .delete, .options: break
      }
    case .contentLength(let count): writer.field("content-length", decimal: count)
    case .chunked: writer.field("transfer-encoding", "chunked")
    }
  }
}
