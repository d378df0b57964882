import HTTPMessages

/// How a service's response goes back to the client.
struct ResponsePlan {
  let head: ResponseHead
  let content: AnswerContent

  /// `nil` for a response that cannot be passed on.
  init?(_ response: ReceivedResponse, method: HTTPMethod, requestID: String) {
    var fields = ForwardingRules.responseFields(
      response.head.fields, connectionOptions: response.connectionOptions)
    let status = response.head.status
    switch response.framing {
    case .contentLength(let count): self.content = .counted(count)
    case .chunked, .untilClose: self.content = .open
    case .none:
      // An answer to HEAD tells the length of what it does not have.
      self.content = method == .head || status.excludesContent ? .none : .counted(0)
    }
    do throws(FieldError) {
      try fields.replace(name: FieldName.requestID, value: requestID)
      if let length = Self.length(response, self.content, method) {
        try fields.append(name: "content-length", value: length)
      }
    } catch {
      return nil
    }
    self.head = ResponseHead(status: status, fields: fields)
  }

  private static func length(
    _ response: ReceivedResponse, _ content: AnswerContent, _ method: HTTPMethod
  ) -> String? {
    switch content {
    case .counted(let count): String(count)
    case .open: nil
    case .none:
      response.head.status == .noContent
        ? nil : response.head.fields.first(named: "content-length")?.text
    }
  }
}
