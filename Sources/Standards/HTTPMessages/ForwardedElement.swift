/// One element of Forwarded, RFC 7239: what a gateway knows about the hop before it.
public struct ForwardedElement: Sendable, Hashable {
  /// An endpoint of a connection, RFC 7239 section 6.
  public enum Node: Sendable, Hashable {
    /// An IPv4 or IPv6 address, without brackets, and a port.
    case address(String, port: UInt16?)
    /// A name that hides the endpoint: letters, digits, ".", "_" and "-".
    case obfuscated(String)
    case unknown
  }

  public var `for`: Node?
  public var by: Node?
  /// Host as it was sent.
  public var host: Authority?
  /// The scheme, `http` or `https`.
  public var proto: String?

  public init(for: Node? = nil, by: Node? = nil, host: Authority? = nil, proto: String? = nil) {
    self.for = `for`
    self.by = by
    self.host = host
    self.proto = proto
  }

  /// The element as a field value. What is not a valid node is written as `unknown`.
  public var fieldValue: String {
    var pairs: [String] = []
    if let `for` { pairs.append("for=\(Self.text(of: `for`))") }
    if let by { pairs.append("by=\(Self.text(of: by))") }
    if let host { pairs.append("host=\(QuotedString.tokenOrQuoted(host.description))") }
    if let proto { pairs.append("proto=\(QuotedString.tokenOrQuoted(proto))") }
    return pairs.joined(separator: ";")
  }

  private static func text(of node: Node) -> String {
    switch node {
    case .unknown:
      return "unknown"
    case .obfuscated(let name):
      let isValid = !name.isEmpty && name.utf8.allSatisfy { ByteSet.hostName.contains($0) }
      return isValid ? "_\(name)" : "unknown"
    case .address(let address, let port):
      return text(ofAddress: address, port: port)
    }
  }

  private static func text(ofAddress address: String, port: UInt16?) -> String {
    let bytes = Array(address.utf8)[...]
    let name: String
    if isIPv4Address(bytes) {
      name = address
    } else if isIPv6Address(bytes) {
      name = "[\(bytes.lowercasedText)]"
    } else {
      return "unknown"
    }
    return QuotedString.tokenOrQuoted(port.map { "\(name):\($0)" } ?? name)
  }
}
