/// Where a service's requests are forwarded to: a scheme, a host and a port.
package struct UpstreamOrigin: Hashable, Sendable, CustomStringConvertible {
  package let scheme: Scheme
  package let host: String
  package let port: UInt16

  package enum Scheme: String, Hashable, Sendable {
    case http, https
  }

  /// Reads `http://host[:port]` or `https://host[:port]`; `nil` for anything else.
  package init?(_ text: String) {
    let scheme: Scheme
    let rest: Substring
    if text.hasPrefix("http://") {
      (scheme, rest) = (.http, text.dropFirst(7))
    } else if text.hasPrefix("https://") {
      (scheme, rest) = (.https, text.dropFirst(8))
    } else {
      return nil
    }
    guard let (host, port) = Self.split(rest) else { return nil }
    self.scheme = scheme
    self.host = host
    self.port = port ?? (scheme == .http ? 80 : 443)
  }

  package var description: String { "\(self.scheme.rawValue)://\(self.host):\(self.port)" }

  /// The host, where it is an IPv6 address without its brackets.
  package var bareHost: String {
    self.host.hasPrefix("[") ? String(self.host.dropFirst().dropLast()) : self.host
  }

  private static func split(_ authority: Substring) -> (String, UInt16?)? {
    let end: Substring.Index
    if authority.hasPrefix("[") {
      guard let bracket = authority.firstIndex(of: "]") else { return nil }
      end = authority.index(after: bracket)
    } else {
      end = authority.firstIndex(of: ":") ?? authority.endIndex
    }
    let host = authority[..<end]
    let tail = authority[end...]
    let name = host.hasPrefix("[") ? host.dropFirst().dropLast() : host
    guard !name.isEmpty, name.utf8.count <= 253, name.utf8.allSatisfy(Self.isHostByte) else {
      return nil
    }
    if tail.isEmpty { return (String(host), nil) }
    let digits = tail.dropFirst()
    guard tail.hasPrefix(":"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(digits), port > 0
    else { return nil }
    return (String(host), port)
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: ":"):
      return true
    default: return false
    }
  }
}
