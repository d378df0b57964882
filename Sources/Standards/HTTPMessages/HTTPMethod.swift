/// A request method that Gatehouse's messages may carry, RFC 9110 section 9 and RFC 5789.
///
/// CONNECT and TRACE are absent: the first asks for a tunnel and the second reflects the request,
/// credentials included, so both are refused as not implemented (RFC 9110 section 15.6.2).
public enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"

  /// The method with exactly these bytes; methods are case-sensitive.
  init?(bytes: some Collection<UInt8>) {
    guard let method = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(bytes) }) else {
      return nil
    }
    self = method
  }

  /// Whether the method is safe, RFC 9110 section 9.2.1.
  public var isSafe: Bool { self == .get || self == .head || self == .options }

  /// Whether repeating the request has the effect of sending it once, RFC 9110 section 9.2.2.
  public var isIdempotent: Bool { isSafe || self == .put || self == .delete }
}

/// A protocol version of the 1.x family, RFC 9112 section 2.3.
public enum HTTPVersion: String, Sendable, Hashable {
  case http10 = "HTTP/1.0"
  case http11 = "HTTP/1.1"
}
