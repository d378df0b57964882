package import HTTPMessages

/// The hosts for which a certificate may answer: a request for any other is misdirected (421).
///
/// A connection that was made for one name may be used for every name of its certificate, RFC 9113
/// section 9.1.1; so it is the certificate that counts, and not the name that the client sent.
package struct CertificateHosts: Sendable, Hashable {
  private var names: Set<String> = []
  /// What follows the star and its dot.
  private var parents: Set<String> = []
  private var allowsEverything = false

  /// - Parameter hosts: DNS names, `*.` and a DNS name for exactly one more label, addresses (IPv6 in
  ///   brackets or not), or `*` for every host.
  /// - Throws: ``CertificateFault/hostMalformed`` for anything else,
  ///   ``CertificateFault/hostsMissing`` where there is none.
  package init(hosts: [String]) throws(CertificateFault) {
    guard !hosts.isEmpty else { throw .hostsMissing }
    for host in hosts { try self.insert(host) }
  }

  private mutating func insert(_ host: String) throws(CertificateFault) {
    if host == "*" {
      self.allowsEverything = true
    } else if host.hasPrefix("*.") {
      guard let parent = Self.name(host.dropFirst(2)) else { throw .hostMalformed }
      self.parents.insert(parent)
    } else {
      guard let name = Self.name(host[...]) ?? Self.name("[\(host)]") else { throw .hostMalformed }
      self.names.insert(name)
    }
  }

  /// Whether requests for this host belong on the connection. Ports are not looked at.
  package func allows(_ authority: Authority) -> Bool { self.allows(host: authority.host) }

  /// - Parameter host: in lower case, as ``Authority`` has it.
  package func allows(host: String) -> Bool {
    if self.allowsEverything || self.names.contains(host) { return true }
    if host.utf8.last == UInt8(ascii: ".") { return self.allows(host: String(host.dropLast())) }
    guard !self.parents.isEmpty, let dot = host.firstIndex(of: "."), dot != host.startIndex else {
      return false
    }
    return self.parents.contains(String(host[host.index(after: dot)...]))
  }

  /// The names in lower case, those for one more label with `*.` before them; `nil` for every host.
  package var patterns: Set<String>? {
    self.allowsEverything ? nil : self.names.union(self.parents.map { "*.\($0)" })
  }

  /// The names and the beginnings of names for which a client may ask by SNI.
  var serverNames: (exact: Set<String>, parents: Set<String>) { (self.names, self.parents) }

  /// A host without a port, in lower case and without a dot at its end.
  static func name(_ text: Substring) -> String? {
    guard let authority = Authority(String(text)), authority.port == nil else { return nil }
    let host = authority.host
    return host.utf8.last == UInt8(ascii: ".") ? String(host.dropLast()) : host
  }
}
