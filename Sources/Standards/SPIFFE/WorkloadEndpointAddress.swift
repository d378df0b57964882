import Glibc

/// Where the Workload API listens, as `SPIFFE_ENDPOINT_SOCKET` says it
/// (SPIFFE_Workload_Endpoint section 4).
public enum WorkloadEndpointAddress: Hashable, Sendable, CustomStringConvertible {
  /// A Unix domain socket at an absolute path.
  case unix(path: String)
  /// A TCP socket at a numeric IPv4 or IPv6 address (without brackets).
  case tcp(address: String, port: UInt16)

  /// The longest path of a socket, in bytes: what Linux's `sockaddr_un` holds beside its final zero.
  public static let maximumPathLength = 107

  /// The name of the environment variable that holds the address.
  public static let environmentVariable = "SPIFFE_ENDPOINT_SOCKET"

  /// Reads `unix:///absolute/path` or `tcp://<IP address>:<port>`; no other component may be there,
  /// and nothing is percent-decoded.
  /// - Throws: ``InvalidWorkloadEndpointAddress`` that says which rule the text breaks.
  public init(parsing text: String) throws(InvalidWorkloadEndpointAddress) {
    if let rest = Self.rest(of: text[...], after: "unix:") {
      self = try Self.unixAddress(rest)
    } else if let rest = Self.rest(of: text[...], after: "tcp://") {
      self = try Self.tcpAddress(rest)
    } else {
      throw InvalidWorkloadEndpointAddress(.scheme)
    }
  }

  /// The address as a URI, in the form that the environment variable takes.
  public var description: String {
    switch self {
    case .unix(let path): "unix://\(path)"
    case .tcp(let address, let port):
      address.contains(":") ? "tcp://[\(address)]:\(port)" : "tcp://\(address):\(port)"
    }
  }

  /// Checks that a path can be that of a socket.
  public static func check(socketPath path: String) throws(InvalidWorkloadEndpointAddress) {
    guard path.utf8.first == UInt8(ascii: "/"), path != "/" else {
      throw InvalidWorkloadEndpointAddress(.pathNotAbsolute)
    }
    guard path.utf8.count <= Self.maximumPathLength else {
      throw InvalidWorkloadEndpointAddress(.pathTooLong)
    }
    guard path.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw InvalidWorkloadEndpointAddress(.pathCharacter)
    }
  }

  /// What follows a prefix, compared byte by byte: characters beyond ASCII can swallow a slash.
  private static func rest(of text: Substring, after prefix: String) -> Substring? {
    guard text.utf8.starts(with: prefix.utf8) else { return nil }
    return Substring(text.utf8.dropFirst(prefix.utf8.count))
  }

  private static func unixAddress(
    _ rest: Substring
  ) throws(InvalidWorkloadEndpointAddress) -> Self {
    let path = self.rest(of: rest, after: "//") ?? rest
    guard path.startIndex == rest.startIndex || path.utf8.first == UInt8(ascii: "/") else {
      throw InvalidWorkloadEndpointAddress(path.isEmpty ? .pathNotAbsolute : .authority)
    }
    guard !path.utf8.contains(where: { "?#%".utf8.contains($0) }) else {
      throw InvalidWorkloadEndpointAddress(.otherComponent)
    }
    try self.check(socketPath: String(path))
    return .unix(path: String(path))
  }

  private static func tcpAddress(
    _ rest: Substring
  ) throws(InvalidWorkloadEndpointAddress) -> Self {
    guard !rest.utf8.contains(where: { "/?#%@".utf8.contains($0) }) else {
      throw InvalidWorkloadEndpointAddress(.otherComponent)
    }
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw InvalidWorkloadEndpointAddress(.hostNotNumeric)
    }
    guard let colon = rest.lastIndex(of: ":") else {
      throw InvalidWorkloadEndpointAddress(.port)
    }
    let host = rest[..<colon]
    let digits = rest[rest.index(after: colon)...]
    guard let port = UInt16(digits), port > 0, String(port) == digits else {
      throw InvalidWorkloadEndpointAddress(.port)
    }
    return .tcp(address: try Self.ipAddress(host), port: port)
  }

  private static func ipAddress(
    _ host: Substring
  ) throws(InvalidWorkloadEndpointAddress) -> String {
    if host.hasPrefix("["), host.hasSuffix("]") {
      let address = String(host.dropFirst().dropLast())
      var parsed = in6_addr()
      guard inet_pton(AF_INET6, address, &parsed) == 1 else {
        throw InvalidWorkloadEndpointAddress(.hostNotNumeric)
      }
      return address
    }
    var parsed = in_addr()
    guard inet_pton(AF_INET, String(host), &parsed) == 1 else {
      throw InvalidWorkloadEndpointAddress(.hostNotNumeric)
    }
    return String(host)
  }
}

/// A text is not the address of a Workload API, and why.
public struct InvalidWorkloadEndpointAddress: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case scheme, authority, pathNotAbsolute, pathTooLong, pathCharacter
    case otherComponent, hostNotNumeric, port
  }

  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  public var description: String {
    switch self.reason {
    case .scheme: "the endpoint's address starts with `unix://` or `tcp://`"
    case .authority: "a `unix` address has no host: write `unix:///absolute/path`"
    case .pathNotAbsolute: "a socket's path is absolute: write `unix:///absolute/path`"
    case .pathTooLong:
      "a socket's path has at most \(WorkloadEndpointAddress.maximumPathLength) bytes: "
        + "choose a shorter folder"
    case .pathCharacter: "a socket's path has no blanks or control characters"
    case .otherComponent:
      "the endpoint's address has no query, fragment, user or escape, "
        + "and a `tcp` address has no path"
    case .hostNotNumeric: "a `tcp` address names a numeric IP address, IPv6 in brackets"
    case .port: "a `tcp` address ends in a port from 1 to 65535"
    }
  }
}
