import HTTPMessages
import NIOCore

/// How a service's response goes back to the client, whatever version of HTTP the client speaks.
struct ResponsePlan {
  let response: ReceivedResponse
  let content: AnswerContent
  let requestID: String
  /// The length that the client is told; it may be told of one that does not come, for HEAD.
  let length: UInt64?

  init(_ response: ReceivedResponse, method: HTTPMethod, requestID: String) {
    self.response = response
    self.requestID = requestID
    let status = response.head.status
    switch response.framing {
    case .contentLength(let count): (self.content, self.length) = (.counted(count), count)
    case .chunked, .untilClose: (self.content, self.length) = (.open, nil)
    case .none where method == .head || status.excludesContent:
      self.content = .none
      self.length = status == .noContent ? nil : Self.announced(response)
    case .none: (self.content, self.length) = (.counted(0), 0)
    }
  }

  private static func announced(_ response: ReceivedResponse) -> UInt64? {
    response.head.fields.first(named: "content-length")?.text.flatMap { UInt64($0) }
  }

  /// The head for HTTP/1.1.
  func bytes(closes: Bool, _ stock: BufferStock) -> ByteBuffer? {
    let room = HeadWriter.room(for: self.response)
    var buffer = stock.take(room: room)
    do {
      try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) {
        try HeadWriter.write(into: $0) { writer in
          writer.statusLine(self.response.head.status)
          writer.responseFields(of: self.response, dropping: [.xRequestID])
          writer.field(FieldName.Written.requestID, self.requestID)
          if let length { writer.field("content-length", decimal: length) }
          if self.content == .open { writer.field("transfer-encoding", "chunked") }
          if closes { writer.field("connection", "close") }
          writer.endOfHead()
        }
      }
    } catch {
      return nil
    }
    return buffer
  }

  /// The head as a value, for HTTP/2.
  func head() -> ResponseHead? {
    var fields = ForwardingRules.responseFields(
      self.response.head.fields, connectionOptions: self.response.connectionOptions)
    do throws(FieldError) {
      try fields.replace(name: FieldName.requestID, value: self.requestID)
      if let length { try fields.append(name: "content-length", value: String(length)) }
    } catch {
      return nil
    }
    return ResponseHead(status: self.response.head.status, fields: fields)
  }
}
