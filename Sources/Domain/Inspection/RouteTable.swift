/// Which service a host and path belong to: the longest prefix of whole path segments wins.
package struct RouteTable: Sendable {
  private struct Entry: Sendable {
    /// Without a slash at the end; empty for all paths.
    let prefix: String
    let service: RoutedService
  }

  /// Longest prefixes first.
  private var hosts: [String: [Entry]] = [:]

  package init() {}

  /// - Parameters:
  ///   - host: in lower case, without a port.
  ///   - pathPrefix: begins with a slash; one at its end says nothing.
  package mutating func add(_ service: RoutedService, host: String, pathPrefix: String) {
    let prefix = pathPrefix.hasSuffix("/") ? String(pathPrefix.dropLast()) : pathPrefix
    self.hosts[host, default: []].append(Entry(prefix: prefix, service: service))
    self.hosts[host]?.sort { $0.prefix.utf8.count > $1.prefix.utf8.count }
  }

  /// The upstream of each service that has a route, by its name.
  package var upstreams: [String: Upstream] {
    var upstreams: [String: Upstream] = [:]
    for entry in self.hosts.values.joined() {
      upstreams[entry.service.name] = entry.service.forwarding.upstream
    }
    return upstreams
  }

  /// Every route with its service, by host and then the longest prefix first.
  package var all: [(host: String, pathPrefix: String, service: RoutedService)] {
    self.hosts.sorted { $0.key < $1.key }.flatMap { host, entries in
      entries.map { (host, $0.prefix.isEmpty ? "/" : $0.prefix, $0.service) }
    }
  }

  /// - Parameter path: as sent, without the query; its encoding is canonical already.
  package func service(host: String, path: String) -> RoutedService? {
    guard path.utf8.first == UInt8(ascii: "/") else { return nil }
    return self.hosts[host]?.first { Self.covers($0.prefix, path) }?.service
  }

  private static func covers(_ prefix: String, _ path: String) -> Bool {
    guard path.utf8.starts(with: prefix.utf8) else { return false }
    let next = path.utf8.dropFirst(prefix.utf8.count).first
    return next == nil || next == UInt8(ascii: "/")
  }
}
