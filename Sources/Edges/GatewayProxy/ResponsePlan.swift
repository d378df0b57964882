import AsyncHTTPClient
import Gateway
import HTTPMessages
import NIOHTTP1

/// How a service's response goes back to the client.
struct ResponsePlan {
  /// How its content is framed.
  enum Content: Equatable {
    case none
    case counted(UInt64)
    case chunked
  }

  var head: ResponseHead
  let content: Content

  /// `nil` for a response that cannot be passed on.
  init?(_ response: HTTPClientResponse, method: HTTPMessages.HTTPMethod, requestID: String) {
    guard let status = HTTPStatus(code: Int(response.status.code)), !status.isInformational,
      let received = Self.fields(response.headers)
    else { return nil }
    var length: UInt64?
    let lengths = received.all(named: "content-length")
    if let text = lengths.first?.text {
      // The initializer alone would take a sign.
      guard lengths.count == 1, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let count = UInt64(text)
      else { return nil }
      length = count
    }
    let options = received.listMembers(named: "connection").map {
      String(decoding: $0, as: UTF8.self).lowercased()
    }
    var fields = ForwardingRules.responseFields(received, connectionOptions: options)
    if method == .head || status.excludesContent {
      self.content = .none
    } else {
      self.content = length.map { .counted($0) } ?? .chunked
    }
    do throws(FieldError) {
      try fields.replace(name: FieldName.requestID, value: requestID)
      if self.content == .chunked {
        try fields.append(name: "transfer-encoding", value: "chunked")
      } else if let length, status != .noContent {
        try fields.append(name: "content-length", value: String(length))
      }
    } catch {
      return nil
    }
    self.head = ResponseHead(status: status, fields: fields)
  }

  private static func fields(_ headers: HTTPHeaders) -> HTTPFields? {
    var fields = HTTPFields()
    for (name, value) in headers {
      guard let field = try? HTTPField(name: name, value: value) else { return nil }
      fields.append(field)
    }
    return fields
  }
}
