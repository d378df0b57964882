/// The head of a response to be sent: what can be written is valid by construction.
public struct ResponseHead: Sendable, Hashable {
  public var status: HTTPStatus
  public var fields: HTTPFields

  public init(status: HTTPStatus, fields: HTTPFields = HTTPFields()) {
    self.status = status
    self.fields = fields
  }

  /// Writes status line, fields and the empty line. The reason phrase is the registered one.
  public func serialize(into output: inout [UInt8]) {
    output.append(contentsOf: "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n".utf8)
    fields.serialize(into: &output)
    output.append(contentsOf: [.carriageReturn, .lineFeed])
  }

  public func serialized() -> [UInt8] {
    var output: [UInt8] = []
    serialize(into: &output)
    return output
  }
}
