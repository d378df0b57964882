import HTTPMessages

func require(_ condition: Bool, _ property: String) {
  if !condition { fatalError("violated: \(property)") }
}

func written(_ head: RequestHead) -> [UInt8] { written(head.method, head.target, head.fields) }

/// A request's head written in the plainest way, in origin form, with all fields as they are.
func written(_ method: HTTPMethod, _ target: RequestTarget, _ fields: HTTPFields) -> [UInt8] {
  var output = Array("\(method.rawValue) \(target.originForm) HTTP/1.1\r\n".utf8)
  fields.serialize(into: &output)
  return output + Array("\r\n".utf8)
}

/// What must hold for every head that was accepted.
func check(_ head: RequestHead) {
  let bytes = written(head)
  var parser = RequestHeadParser()
  guard let again = try? parser.receive(bytes) else {
    fatalError("violated: an accepted head that is written out is accepted")
  }
  require(again.consumed == bytes.count, "a head that is written out ends where it should")
  require(again.head.method == head.method, "the same method")
  require(again.head.target.originForm == head.target.originForm, "the same target")
  require(again.head.fields == head.fields, "the same fields")
  require(again.head.framing == head.framing, "the same framing")
  require(again.head.keepAlive == head.keepAlive, "the same persistence")
  require(again.head.authority == head.authority, "the same authority")
  require(Authority(head.authority.description) == head.authority, "an authority is its text")
  checkForwarding(head)
  _ = try? head.target.queryItems()
  require(head.target.refusal(under: .strict) == nil, "an accepted path keeps the rules")
  _ = try? AuthorizationCredentials(head.fields)
  if let parent = TraceParent(in: head.fields) {
    require(TraceParent(Array(parent.fieldValue.utf8)) == parent, "traceparent is its text")
  }
}

private func checkForwarding(_ head: RequestHead) {
  for forwardCredential in [true, false] {
    let fields = ForwardingRules.requestFields(
      head.fields, connectionOptions: head.connectionOptions, forwardCredential: forwardCredential)
    for field in fields {
      let reason = ForwardingRules.reasonToDrop(
        requestField: field.name, connectionOptions: head.connectionOptions)
      require(reason == nil || reason == .credential, "no field goes on that stays behind")
    }
    let slow = written(head.method, head.target, fields)
    let fast = try? HeadWriter.bytes(room: HeadWriter.room(for: head, extra: 0)) { writer in
      writer.requestLine(head.method, head.target)
      writer.requestFields(of: head, forwardCredential: forwardCredential)
      writer.endOfHead()
    }
    require(fast == slow, "both ways to forward a request write the same bytes")
  }
}

func check(_ response: ReceivedResponse, _ method: HTTPMethod) {
  let bytes = response.head.serialized()
  var parser = ResponseHeadParser()
  if response.version == .http11 {
    guard let again = try? parser.receive(bytes.span, answering: method) else {
      fatalError("violated: an accepted response that is written out is accepted")
    }
    require(again.response.head == response.head, "the same response")
    require(again.response.framing == response.framing, "the same framing of the response")
  }
  let fields = ForwardingRules.responseFields(
    response.head.fields, connectionOptions: response.connectionOptions)
  let slow = ResponseHead(status: response.head.status, fields: fields).serialized()
  let fast = try? HeadWriter.bytes(room: HeadWriter.room(for: response, extra: 0)) { writer in
    writer.statusLine(response.head.status)
    writer.responseFields(of: response)
    writer.endOfHead()
  }
  require(fast == slow, "both ways to pass on a response write the same bytes")
}
