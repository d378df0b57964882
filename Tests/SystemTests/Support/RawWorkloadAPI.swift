import Crypto

/// The Workload API in raw HTTP/2 frames: a client that shares nothing with ours, and that can be
/// quick. One connection for each call.
struct RawWorkloadAPI: Sendable {
  let socketPath: String

  /// The first JWT-SVID for an audience.
  func fetchJWTSVID(audience: String) throws -> String {
    let message = try self.call("FetchJWTSVID", Protobuf.field(1, Array(audience.utf8)))
    let svid = try Self.first(1, in: message, of: "JWTSVIDResponse")
    return String(decoding: try Self.first(2, in: svid, of: "JWTSVID"), as: UTF8.self)
  }

  /// The leaf certificate (DER) and the key (PKCS#8 DER) of the first X.509-SVID.
  func fetchX509SVID() throws -> (certificates: [UInt8], key: [UInt8]) {
    let message = try self.call("FetchX509SVID", [])
    let svid = try Self.first(1, in: message, of: "X509SVIDResponse")
    return (
      try Self.first(2, in: svid, of: "X509SVID"), try Self.first(3, in: svid, of: "X509SVID")
    )
  }

  private static func first(_ number: UInt8, in message: [UInt8], of name: String) throws -> [UInt8]
  {
    guard let field = Protobuf.fields(message).first(where: { $0.number == number }) else {
      throw SystemFailure("\(name) without field \(number)")
    }
    return field.bytes
  }

  /// The first message of the answer.
  private func call(_ method: String, _ request: [UInt8]) throws -> [UInt8] {
    let socket = try Socket(to: .unix(self.socketPath))
    let head = Self.literals([
      (":method", "POST"), (":scheme", "http"), (":path", "/SpiffeWorkloadAPI/\(method)"),
      (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers"),
      ("workload.spiffe.io", "true"),
    ])
    let body = [0] + Self.bigEndian(request.count, 4) + request
    try socket.send(
      Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self.frame(.settings, 0, 0, [])
        + Self.frame(.headers, 4, 1, head) + Self.frame(.data, 1, 1, body))
    var received: [UInt8] = []
    var content: [UInt8] = []
    while true {
      while let frame = Self.nextFrame(&received) {
        if frame.type == Kind.data.rawValue { content += frame.payload }
        if let message = Self.message(content) { return message }
        // The end of the stream, or of the connection, without a message: refused.
        let isEnd = frame.stream == 1 && frame.flags & 1 == 1
        guard !isEnd, frame.type != Kind.reset.rawValue, frame.type != Kind.goAway.rawValue else {
          throw SystemFailure("the Workload API refused \(method)")
        }
      }
      let more = try socket.receive()
      guard !more.isEmpty else { throw SystemFailure("the Workload API hung up") }
      received += more
    }
  }

  private enum Kind: UInt8 {
    case data = 0
    case headers = 1
    case reset = 3
    case settings = 4
    case goAway = 7
  }

  private static func frame(_ kind: Kind, _ flags: UInt8, _ stream: Int, _ payload: [UInt8])
    -> [UInt8]
  {
    Self.bigEndian(payload.count, 3) + [kind.rawValue, flags] + Self.bigEndian(stream, 4) + payload
  }

  private static func nextFrame(
    _ bytes: inout [UInt8]
  ) -> (type: UInt8, flags: UInt8, stream: Int, payload: [UInt8])? {
    guard bytes.count >= 9 else { return nil }
    let length = bytes[0..<3].reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count >= 9 + length else { return nil }
    let stream = bytes[5..<9].reduce(0) { $0 << 8 | Int($1) }
    let frame = (bytes[3], bytes[4], stream, Array(bytes[9..<9 + length]))
    bytes.removeFirst(9 + length)
    return frame
  }

  /// A whole gRPC message at the start of the content.
  private static func message(_ content: [UInt8]) -> [UInt8]? {
    guard content.count >= 5 else { return nil }
    let length = content[1..<5].reduce(0) { $0 << 8 | Int($1) }
    return content.count >= 5 + length ? Array(content[5..<5 + length]) : nil
  }

  /// Fields as HPACK literals without index and without Huffman code.
  private static func literals(_ fields: [(String, String)]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, value) in fields {
      bytes.append(0)
      for text in [name, value] {
        bytes.append(UInt8(text.utf8.count))
        bytes += text.utf8
      }
    }
    return bytes
  }

  private static func bigEndian(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> ((count - 1 - $0) * 8)) }
  }
}

/// Length-delimited fields: all that the messages of the Workload API have here.
enum Protobuf {
  static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    var size = bytes.count
    repeat {
      length.append(UInt8(size & 0x7F) | (size > 0x7F ? 0x80 : 0))
      size >>= 7
    } while size > 0
    return [number << 3 | 2] + length + bytes
  }

  static func fields(_ message: [UInt8]) -> [(number: UInt8, bytes: [UInt8])] {
    var fields: [(UInt8, [UInt8])] = []
    var position = 0
    while position < message.count {
      let number = message[position] >> 3
      position += 1
      var (size, shift) = (0, 0)
      while position < message.count {
        let byte = message[position]
        position += 1
        size |= Int(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      guard size <= message.count - position else { return fields }
      fields.append((number, Array(message[position..<position + size])))
      position += size
    }
    return fields
  }
}
