import HTTPMessages
import NIOCore

/// A request as it goes to its service.
enum RequestBytes {
  /// - Parameter upstream: scheme, host and port of the service, which sees these as its own.
  static func head(
    _ head: RequestHead, _ forwarded: HTTPFields, upstream: String, upgrade: WebSocketHandshake?
  ) -> ByteBuffer? {
    var fields = forwarded
    do throws(FieldError) {
      try fields.append(name: "host", value: Self.authority(of: upstream))
      switch head.framing {
      case .none, .untilClose:
        // A method that may have content says that it has none.
        if !head.method.isSafe, head.method != .delete {
          try fields.append(name: "content-length", value: "0")
        }
      case .contentLength(let count):
        try fields.append(name: "content-length", value: String(count))
      case .chunked: try fields.append(name: "transfer-encoding", value: "chunked")
      }
      if let upgrade { try upgrade.ask(in: &fields) }
    } catch {
      return nil
    }
    let outgoing = OutgoingRequestHead(method: head.method, target: head.target, fields: fields)
    return ByteBuffer(bytes: outgoing.serialized())
  }

  private static func authority(of upstream: String) -> String {
    guard let start = upstream.firstRange(of: "://") else { return upstream }
    return String(upstream[start.upperBound...])
  }
}
