import Gateway
import HTTPMessages
import Inspection
import NIOCore

/// The gateway's own answer to a request that it does not let through.
struct RefusalAnswer {
  let head: ResponseHead
  let body: [UInt8]
  /// What follows on the connection has no certain meaning.
  let endsConnection: Bool

  /// - Parameter method: of the request; an answer to HEAD has no content.
  init(_ refusal: Refusal, requestID: String, method: HTTPMethod?) {
    let content = refusal.problem(requestID: requestID).body()
    var lines = [
      ("content-type", Problem.mediaType), ("content-length", String(content.count)),
      ("cache-control", "no-store"), (FieldName.requestID, requestID),
    ]
    lines += refusal.fields.map { ($0.name, $0.value) }
    lines.append((FieldName.proxyStatus, refusal.proxyStatus.fieldValue))
    var fields = HTTPFields()
    // What cannot be written as a field is none of the caller's: names and scopes of contracts.
    for (name, value) in lines { try? fields.append(name: name, value: value) }
    self.head = ResponseHead(status: refusal.status, fields: fields)
    self.body = method == .head ? [] : content
    self.endsConnection = refusal.stage == .framing
  }

  private init(head: ResponseHead, endsConnection: Bool) {
    (self.head, self.body, self.endsConnection) = (head, [], endsConnection)
  }

  /// The same without content, which nobody has to make room for.
  func bare() -> RefusalAnswer {
    var fields = self.head.fields
    fields.remove(named: "content-type")
    try? fields.replace(name: "content-length", value: "0")
    return RefusalAnswer(
      head: ResponseHead(status: self.head.status, fields: fields),
      endsConnection: self.endsConnection)
  }

  func send(to client: any ClientStream) {
    client.send(self.head, content: self.body.isEmpty ? .none : .counted(UInt64(self.body.count)))
    if !self.body.isEmpty { client.send(ByteBuffer(bytes: self.body)) }
    client.finish()
  }
}

extension Refusal {
  /// That it was the gateway that answered, and why (RFC 9209).
  var proxyStatus: ProxyStatus {
    ProxyStatus(proxy: "gatehouse", error: self.proxyError, details: self.code)
  }
}
