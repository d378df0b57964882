import HTTPMessages

/// One request as a server read it.
struct ReadRequest: Equatable, CustomStringConvertible {
  let method: String
  /// The target as it was sent, or in origin form.
  let target: String
  /// Host in lower case.
  let host: String
  let body: [UInt8]

  var description: String {
    "\(method) \(target) for \(host) with \(String(decoding: body, as: UTF8.self).debugDescription)"
  }

  /// Whether both are the same request; an absolute target is the same as its origin form.
  func isSame(as other: ReadRequest) -> Bool {
    method == other.method && host == other.host && body == other.body
      && originForm == other.originForm
  }

  /// The same with a body in which bytes that are not UTF-8 are replaced, as in a log.
  var asLogged: ReadRequest {
    ReadRequest(
      method: method, target: target, host: host,
      body: Array(String(decoding: body, as: UTF8.self).utf8))
  }

  /// nginx 1.22 tells the target `http://a?y` as `?y`, though it reads its path as "/".
  private var originForm: String {
    if target.hasPrefix("?") { return "/" + target }
    guard let scheme = target.firstRange(of: "://"), !target.hasPrefix("/") else { return target }
    let rest = target[scheme.upperBound...]
    guard let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
    return rest[end] == "/" ? String(rest[end...]) : "/" + rest[end...]
  }
}

/// What a server made of everything that was sent on one connection.
struct ConnectionReading: Equatable, CustomStringConvertible {
  enum End: Equatable {
    /// The bytes ended; a request may have been unfinished.
    case bytes
    /// Something was refused, and what.
    case refusal(String)
    /// A request said that it is the last.
    case close
  }

  var requests: [ReadRequest] = []
  var end = End.bytes

  var isRefused: Bool { if case .refusal = end { true } else { false } }
  /// The same as a log would tell it.
  var asLogged: ConnectionReading {
    ConnectionReading(requests: requests.map(\.asLogged), end: end)
  }

  var description: String { "\(requests) then \(end)" }

  /// Why `theirs` reads differently what `self`, our reading, accepts; nil if it does not.
  func disagreement(with theirs: ConnectionReading) -> String? {
    for (index, ours) in requests.enumerated() {
      guard index < theirs.requests.count else {
        return theirs.isRefused ? nil : "request \(index) was not seen: \(ours)"
      }
      let other = theirs.requests[index]
      guard ours.isSame(as: other) else { return "request \(index) was \(other), not \(ours)" }
    }
    // Where we refused or stopped, nothing that follows is ever forwarded.
    guard end == .bytes, theirs.requests.count > requests.count else { return nil }
    return "a request that we did not see: \(theirs.requests[requests.count])"
  }
}

/// Our own reading of a connection's bytes.
func ourReading(_ bytes: [UInt8]) -> ConnectionReading {
  var reading = ConnectionReading()
  var parser = RequestHeadParser()
  var offset = 0
  do {
    while offset < bytes.count, let received = try parser.receive(bytes[offset...]) {
      offset += received.consumed
      let head = received.head
      var decoder = BodyDecoder(framing: head.framing)
      var body: [UInt8] = []
      while let part = try decoder.next(in: bytes.span, at: &offset) {
        if case .data(let range) = part { body += bytes[range] }
      }
      guard decoder.isEnded else { return reading }
      reading.requests.append(
        ReadRequest(
          method: head.method.rawValue, target: head.target.originForm,
          host: head.authority.description, body: body))
      guard head.keepAlive else {
        reading.end = .close
        return reading
      }
    }
  } catch {
    reading.end = .refusal("\(error)")
  }
  return reading
}
