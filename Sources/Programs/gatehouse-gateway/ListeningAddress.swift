import IPAddresses

/// `HOST:PORT`, with an IPv6 address in brackets.
struct SocketAddressText: Hashable, CustomStringConvertible {
  let host: String
  let port: Int

  init(_ text: String) throws {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { throw ConfigurationError("expected an address and a port, such as `127.0.0.1:8080`") }
    let host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    self.host = String(isBracketed ? host.dropFirst().dropLast() : host)
    self.port = Int(port)
    guard !self.host.isEmpty, isBracketed || !self.host.contains(":") else {
      throw ConfigurationError("expected an address and a port, such as `127.0.0.1:8080`")
    }
  }

  var description: String {
    self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
  }
}

extension ConfigurationNode {
  /// An address of this machine to listen on. No names: what they mean may change, but for one.
  func listeningAddress() throws -> SocketAddressText {
    let address = try self.parse(SocketAddressText.init)
    guard address.host == "localhost" || IPAddress(address.host) != nil else {
      throw self.error("expected an IP address and a port, such as `127.0.0.1:8080`")
    }
    return address
  }
}

extension SocketAddressText {
  var isLoopback: Bool {
    self.host == "localhost" || self.host == "::1" || self.host.hasPrefix("127.")
  }

  private var isEverywhere: Bool { ["0.0.0.0", "::"].contains(self.host) }

  /// Whether two listeners cannot both have theirs.
  func collides(with other: SocketAddressText) -> Bool {
    self.port != 0 && self.port == other.port
      && (self.host == other.host || self.isEverywhere || other.isEverywhere)
  }
}

extension GatewayConfiguration {
  /// - Throws: `ConfigurationProblems` if two listeners would have one address.
  static func checkAddresses(_ root: ConfigurationNode) throws {
    let verdicts = try root.optional("verdicts")
    let nodes = [
      try root.optional("listen"), try root.optional("admin")?.optional("listen"),
      try verdicts?.optional("forwardAuth")?.optional("listen"),
      try verdicts?.optional("extAuthz")?.optional("listen"),
    ].compactMap { $0 }
    var problems = ConfigurationProblems()
    var taken: [SocketAddressText] = []
    for node in nodes {
      // What is no address is told elsewhere.
      guard let address = try? node.listeningAddress() else { continue }
      if taken.contains(where: { $0.collides(with: address) }) {
        problems.add(node.error("another listener has this address already").description)
      }
      taken.append(address)
    }
    try problems.throwAny()
  }
}
