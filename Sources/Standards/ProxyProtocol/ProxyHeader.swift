public import IPAddresses

/// What a proxy in front says about a connection: the header of the PROXY protocol, versions 1 and
/// 2, by HAProxy (proxy-protocol.txt, sections 2.1 and 2.2).
///
/// The header proves nothing by itself: it may be read only from peers that are configured to send
/// it, and then it must be there.
public struct ProxyHeader: Sendable, Hashable {
  /// An IP address and a port.
  public struct Endpoint: Sendable, Hashable {
    public let address: IPAddress
    public let port: UInt16

    public init(address: IPAddress, port: UInt16) {
      self.address = address
      self.port = port
    }
  }

  /// Whose connection it is.
  public enum Subject: Sendable, Hashable {
    /// The proxy's own, as for its health checks (LOCAL): the addresses of the socket hold.
    case local
    /// A client's, whose addresses are not known (UNKNOWN, UNSPEC, or a Unix socket).
    case unknown
    /// A client's, over TCP.
    case client(source: Endpoint, destination: Endpoint)
  }

  public enum Version: Sendable, Hashable {
    /// The line of text.
    case text
    /// The binary header.
    case binary
  }

  public let version: Version
  public let subject: Subject

  public init(version: Version, subject: Subject) {
    self.version = version
    self.subject = subject
  }
}
