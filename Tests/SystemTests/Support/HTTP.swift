import StrictJSON

/// A request as bytes, and the answer as it came: no client between that would mend either.
struct HTTPRequest: Sendable {
  var method = "GET"
  var target = "/"
  var fields: [(String, String)] = []
  var body: [UInt8] = []

  var bytes: [UInt8] {
    var head = "\(self.method) \(self.target) HTTP/1.1\r\n"
    for (name, value) in self.fields { head += "\(name): \(value)\r\n" }
    if !self.body.isEmpty { head += "Content-Length: \(self.body.count)\r\n" }
    return Array("\(head)Connection: close\r\n\r\n".utf8) + self.body
  }

  func send(to address: SocketAddress) async throws -> HTTPAnswer {
    try await HTTPAnswer.of(self.bytes, at: address)
  }
}

struct HTTPAnswer: Sendable {
  let status: Int
  /// Names in lower case.
  let fields: [(name: String, value: String)]
  let body: [UInt8]

  subscript(_ name: String) -> String? { self.fields.first { $0.name == name }?.value }

  var text: String { String(decoding: self.body, as: UTF8.self) }
  var json: JSONValue { get throws { try JSONValue(parsing: self.body) } }
  var requestID: String { self["x-request-id"] ?? "" }

  /// The `type` of problem details, after `https://gatehouse.dev/problems/`.
  var problem: String? {
    let prefix = "https://gatehouse.dev/problems/"
    guard let type = (try? self.json)?["type"]?.stringValue, type.hasPrefix(prefix) else {
      return nil
    }
    return String(type.dropFirst(prefix.count))
  }

  /// Sends bytes and reads one answer.
  static func of(_ bytes: [UInt8], at address: SocketAddress) async throws -> HTTPAnswer {
    try await Blocking.run { try Self.exchange(bytes, address) }
  }

  /// The same on the calling thread.
  static func exchange(_ bytes: [UInt8], _ address: SocketAddress) throws -> HTTPAnswer {
    let socket = try Socket(to: address)
    // A server that refuses early may close before it has read all.
    try? socket.send(bytes)
    var received: [UInt8] = []
    while true {
      if let answer = HTTPAnswer(complete: received) { return answer }
      let more = try socket.receive()
      guard !more.isEmpty else { break }
      received += more
    }
    guard let answer = HTTPAnswer(received, isAtEnd: true) else {
      throw SystemFailure("an answer that is none, of \(received.count) bytes")
    }
    return answer
  }

  private init?(complete bytes: [UInt8]) {
    self.init(bytes, isAtEnd: false)
  }

  private init?(_ bytes: [UInt8], isAtEnd: Bool) {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      .split(separator: "\r\n")
    let words = lines.first?.split(separator: " ", maxSplits: 2) ?? []
    guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else { return nil }
    self.status = status
    self.fields = lines.dropFirst().map { line in
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      let value = line[colon...].dropFirst().drop { $0 == " " }
      return (line[..<colon].lowercased(), String(value))
    }
    let fields = self.fields
    func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    let rest = Array(bytes[end.upperBound...])
    if value("transfer-encoding") == "chunked" {
      guard let body = Self.unchunked(rest) else { return nil }
      self.body = body
    } else if let length = value("content-length").flatMap({ Int($0) }) {
      guard rest.count >= length || isAtEnd else { return nil }
      self.body = Array(rest.prefix(length))
    } else {
      guard isAtEnd || status == 204 || status == 304 else { return nil }
      self.body = rest
    }
  }

  /// The content of a chunked body, or `nil` while its end is missing.
  private static func unchunked(_ bytes: [UInt8]) -> [UInt8]? {
    var content: [UInt8] = []
    var rest = bytes[...]
    while let line = rest.firstRange(of: Array("\r\n".utf8)) {
      let text = String(decoding: rest[..<line.lowerBound], as: UTF8.self)
      guard let size = Int(text, radix: 16) else { return nil }
      if size == 0 { return content }
      let chunk = rest[line.upperBound...]
      guard chunk.count >= size + 2 else { return nil }
      content += chunk.prefix(size)
      rest = chunk.dropFirst(size + 2)
    }
    return nil
  }
}

extension JSONValue {
  /// The elements of an array; empty for anything else.
  var elements: [JSONValue] { self.arrayValue ?? [] }

  /// A member of an object.
  subscript(_ name: String) -> JSONValue? { self.objectValue?[name] }

  /// The names of an object's members.
  var keys: Set<String> { Set(self.objectValue?.keys ?? []) }

  /// The texts of an array.
  var texts: [String] { self.arrayValue?.compactMap(\.stringValue) ?? [] }
}
