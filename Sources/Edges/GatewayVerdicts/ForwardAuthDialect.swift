import HTTPTypes
import NIOCore

/// In which fields a proxy tells of the request that it asks about. Each dialect reads its own fields
/// and no others, since a client can send those of the other one.
package enum ForwardAuthDialect: String, Hashable, Sendable, CaseIterable {
  /// `X-Original-Method`, `X-Original-URI` and Host; `X-Original-Content-Length`, `X-Original-Proto` and `X-Real-IP` where
  /// they are sent. What NGINX's `auth_request` is configured to send.
  case original
  /// `X-Forwarded-Method`, `X-Forwarded-Uri`, `X-Forwarded-Host`, `X-Forwarded-Proto`, and the last address of
  /// `X-Forwarded-For`. What Traefik's ForwardAuth sends, over whatever the client sent under these names. It tells
  /// of no length, and passes on all else that a client sends: nothing else may be read here.
  case forwarded

  /// A field that has to be there once is missing or repeated.
  struct Incomplete: Error, Hashable {
    let field: String
  }

  /// What the proxy says in its own fields, and what else it passed on of the client's.
  func original(
    _ request: HTTPRequest, peer: SocketAddress?
  ) throws(Incomplete) -> (OriginalRequest, bodyIsKnown: Bool) {
    let names = self.names
    let fields = request.headerFields
    var original = OriginalRequest(
      method: try Self.one(names.method, fields), target: try Self.one(names.target, fields),
      host: try self.host(request), fields: [],
      source: self.source(fields) ?? peer?.ipAddress ?? "unknown")
    for field in fields where !Self.isOfThisHop(field.name) {
      original.fields.append((Array(field.name.rawName.utf8), Self.bytes(field)))
    }
    original.isSecure = try Self.atMostOne(names.scheme, fields) == Array("https".utf8)
    let length = try names.length.flatMap { name throws(Incomplete) in
      try Self.atMostOne(name, fields)
    }
    // NGINX sends a field with an empty value not at all; another proxy may send it.
    if let length, !length.isEmpty {
      original.fields.append((Array("content-length".utf8), length))
    }
    return (original, length != nil)
  }

  private struct Names {
    let method: String
    let target: String
    let host: String?
    /// Nil where the proxy does not set one.
    let length: String?
    let scheme: String
    let source: String
  }

  private var names: Names {
    switch self {
    case .original:
      Names(
        method: "x-original-method", target: "x-original-uri", host: nil,
        length: "x-original-content-length", scheme: "x-original-proto", source: "x-real-ip")
    case .forwarded:
      Names(
        method: "x-forwarded-method", target: "x-forwarded-uri", host: "x-forwarded-host",
        length: nil, scheme: "x-forwarded-proto", source: "x-forwarded-for")
    }
  }

  private func host(_ request: HTTPRequest) throws(Incomplete) -> [UInt8] {
    if let name = self.names.host { return try Self.one(name, request.headerFields) }
    guard let host = request.authority else { throw Incomplete(field: "host") }
    return Array(host.utf8)
  }

  /// Nil unless it is an address: what a client wrote is not repeated in logs as if it were one.
  private func source(_ fields: HTTPFields) -> String? {
    guard let name = HTTPField.Name(self.names.source), let last = fields[values: name].last,
      let address = last.split(separator: ",").last?.drop(while: { $0 == " " })
    else { return nil }
    return try? SocketAddress(ipAddress: String(address), port: 0).ipAddress
  }

  private static func one(_ name: String, _ fields: HTTPFields) throws(Incomplete) -> [UInt8] {
    guard let value = try self.atMostOne(name, fields) else { throw Incomplete(field: name) }
    return value
  }

  private static func atMostOne(
    _ name: String, _ fields: HTTPFields
  ) throws(Incomplete) -> [UInt8]? {
    guard let name = HTTPField.Name(name) else { return nil }
    let found = fields[fields: name]
    guard found.count <= 1 else { throw Incomplete(field: name.canonicalName) }
    return found.first.map(Self.bytes)
  }

  private static func bytes(_ field: HTTPField) -> [UInt8] {
    field.withUnsafeBytesOfValue { Array($0) }
  }

  /// The framing of the question is not that of the request asked about.
  private static func isOfThisHop(_ name: HTTPField.Name) -> Bool {
    let names = [
      "host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade",
      "keep-alive", "proxy-connection", "expect",
    ]
    return names.contains(name.canonicalName)
  }
}
