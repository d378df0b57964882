import HTTPMessages
import IPAddresses
import ListenerSecurity

/// What the configuration says about the connections of clients besides their limits.
struct ListenerSettings {
  let tls: TLS?
  /// The proxies that begin connections with a PROXY protocol header; `nil` for none.
  let proxies: [IPAddressRange]?
  let trustedHops: TrustedHops?

  struct TLS {
    let certificates: [Certificate]
    let settings: ListenerSecuritySettings
  }

  /// One certificate that answers, and for which hosts; `nil` for the names that are in it.
  struct Certificate {
    enum Place {
      case files(chain: String, key: String)
      /// The gateway's own X.509-SVID.
      case svid
    }

    let place: Place
    let hosts: [String]?
  }

  static let fields = ["tls", "proxyProtocol", "trustedHops"]

  init(_ root: ConfigurationNode) throws {
    self.tls = try root.optional("tls").map(TLS.init)
    self.proxies = try root.optional("proxyProtocol").map(Self.proxies)
    self.trustedHops = try root.optional("trustedHops").map(TrustedHops.init)
  }
}

extension ListenerSettings {
  private static func proxies(_ node: ConfigurationNode) throws -> [IPAddressRange] {
    try node.allowOnly(["from"])
    let ranges = try node.required("from").ranges("from")
    guard !ranges.isEmpty else {
      throw node.error("`from` needs the addresses of the proxies; nobody else can connect")
    }
    return ranges
  }
}

extension ConfigurationNode {
  fileprivate func ranges(_ name: String) throws -> [IPAddressRange] {
    try self.texts(name).map { element in
      try element.parse { text in
        guard let range = IPAddressRange(text) else {
          throw ConfigurationError("expected a range of addresses, such as `10.0.0.0/8`")
        }
        return range
      }
    }
  }
}

extension ListenerSettings.TLS {
  fileprivate init(_ node: ConfigurationNode) throws {
    try node.allowOnly(["certificates", "clientCertificates", "minimumVersion", "http2"])
    self.certificates = try node.required("certificates").elements("certificates").map(
      ListenerSettings.Certificate.init)
    guard !self.certificates.isEmpty else {
      throw node.error("TLS needs at least one certificate")
    }
    let clients = try node.optional("clientCertificates")?.boolean() ?? true
    let version = try node.optional("minimumVersion")?.parse(Self.version) ?? .tls12
    self.settings = ListenerSecuritySettings(
      clientCertificates: clients ? .asked : .notAsked, minimumVersion: version,
      offersHTTP2: try node.optional("http2")?.boolean() ?? true)
  }

  private static func version(
    _ text: String
  ) throws -> ListenerSecuritySettings.OldestVersion {
    switch text {
    case "1.2": .tls12
    case "1.3": .tls13
    default: throw ConfigurationError("expected `\"1.2\"` or `\"1.3\"`")
    }
  }
}

extension ListenerSettings.Certificate {
  fileprivate init(_ node: ConfigurationNode) throws {
    try node.allowOnly(["chain", "key", "svid", "hosts"])
    self.hosts = try node.optional("hosts")?.texts("hosts").map { try $0.text() }
    if try node.optional("svid")?.boolean() == true {
      guard try node.optional("chain") == nil, try node.optional("key") == nil else {
        throw node.error("a certificate is either the gateway's SVID or comes from files")
      }
      self.place = .svid
    } else {
      self.place = .files(
        chain: try node.required("chain").text(), key: try node.required("key").text())
    }
  }
}

extension TrustedHops {
  fileprivate init(_ node: ConfigurationNode) throws {
    try node.allowOnly(["count", "ranges", "field"])
    let field = try node.optional("field")?.parse(Self.field) ?? .forwarded
    if let ranges = try node.optional("ranges") {
      guard try node.optional("count") == nil else {
        throw node.error("proxies in front are trusted by `count` or by `ranges`, not by both")
      }
      self.init(.ranges(try ranges.ranges("ranges")), field: field)
    } else {
      let count = try node.required("count").integer(in: 1...Int64(TrustedHops.maximumHops))
      self.init(.count(Int(count)), field: field)
    }
  }

  private static func field(_ text: String) throws -> Field {
    switch text {
    case "forwarded": .forwarded
    case "x-forwarded-for": .xForwardedFor
    default: throw ConfigurationError("expected `forwarded` or `x-forwarded-for`")
    }
  }
}
