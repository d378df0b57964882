/// What is counted besides requests, one case for each series.
package enum GatewayCounter: Int, CaseIterable, Sendable {
  case connectionsAccepted, connectionsRefusedAtLimit
  case closedByClient, closedIdle, closedAfterRefusal, closedAfterResponse, closedDraining
  case closedRevoked, closedTimedOut, closedBroken
  case streamsOpened, streamsClosed, streamsReset
  case handshakesDone, handshakesFailed, handshakesTimedOut
  case upstreamConnected, upstreamConnectFailed, upstreamReused, upstreamClosed
  case upstreamFailedBeforeHead, upstreamFailedInBody, upstreamTimedOut
  case upstreamRetries, upstreamEjections
  case tokenCacheHits, tokenCacheMisses, tokenCacheEvictions
  case signaturesVerified, signaturesFailed, verificationsLimited
  case issuerDocumentsFetched, issuerDocumentsFailed
  case accessLogWritten, accessLogUnsampled, accessLogSuppressed, accessLogDropped
  case verdictsForwardAuth, verdictsExternalAuthorization

  /// What the series of one name share.
  struct Family: Hashable {
    let name: String
    let help: String
  }

  /// The name and the value of the label that tells a series from the others of its family.
  typealias Label = (name: String, value: String)

  var series: (family: Family, label: Label?) {
    switch self {
    case .connectionsAccepted: (.connections, nil)
    case .connectionsRefusedAtLimit: (.refusedConnections, nil)
    case .closedByClient: (.closed, ("reason", "client"))
    case .closedIdle: (.closed, ("reason", "idle"))
    case .closedAfterRefusal: (.closed, ("reason", "refusal"))
    case .closedAfterResponse: (.closed, ("reason", "response"))
    case .closedDraining: (.closed, ("reason", "draining"))
    case .closedRevoked: (.closed, ("reason", "revoked"))
    case .closedTimedOut: (.closed, ("reason", "timeout"))
    case .closedBroken: (.closed, ("reason", "broken"))
    case .streamsOpened: (.streams, nil)
    case .streamsClosed: (.endedStreams, ("how", "closed"))
    case .streamsReset: (.endedStreams, ("how", "reset"))
    case .handshakesDone: (.handshakes, ("outcome", "done"))
    case .handshakesFailed: (.handshakes, ("outcome", "failed"))
    case .handshakesTimedOut: (.handshakes, ("outcome", "timeout"))
    default: self.upstreamSeries ?? self.otherSeries
    }
  }

  private var upstreamSeries: (family: Family, label: Label?)? {
    switch self {
    case .upstreamConnected: (.upstreamConnections, ("outcome", "connected"))
    case .upstreamConnectFailed: (.upstreamConnections, ("outcome", "failed"))
    case .upstreamReused: (.upstreamReuse, nil)
    case .upstreamClosed: (.upstreamClosed, nil)
    case .upstreamFailedBeforeHead: (.upstreamFailures, ("kind", "before-head"))
    case .upstreamFailedInBody: (.upstreamFailures, ("kind", "in-body"))
    case .upstreamTimedOut: (.upstreamFailures, ("kind", "timeout"))
    case .upstreamRetries: (.upstreamRetries, nil)
    case .upstreamEjections: (.upstreamEjections, nil)
    default: nil
    }
  }

  private var otherSeries: (family: Family, label: Label?) {
    switch self {
    case .tokenCacheHits: (.tokenCache, ("outcome", "hit"))
    case .tokenCacheMisses: (.tokenCache, ("outcome", "miss"))
    case .tokenCacheEvictions: (.tokenCacheEvictions, nil)
    case .signaturesVerified: (.signatures, ("outcome", "valid"))
    case .signaturesFailed: (.signatures, ("outcome", "invalid"))
    case .verificationsLimited: (.signatures, ("outcome", "limited"))
    case .issuerDocumentsFetched: (.issuerDocuments, ("outcome", "fetched"))
    case .issuerDocumentsFailed: (.issuerDocuments, ("outcome", "failed"))
    case .accessLogWritten: (.accessLog, ("outcome", "written"))
    case .accessLogUnsampled: (.accessLog, ("outcome", "unsampled"))
    case .accessLogSuppressed: (.accessLog, ("outcome", "suppressed"))
    case .accessLogDropped: (.accessLog, ("outcome", "dropped"))
    case .verdictsForwardAuth: (.verdicts, ("protocol", "forward-auth"))
    default: (.verdicts, ("protocol", "ext-authz"))
    }
  }
}

extension GatewayCounter.Family {
  private static func family(_ name: String, _ help: String) -> GatewayCounter.Family {
    GatewayCounter.Family(name: "gatehouse_gateway_\(name)_total", help: help)
  }

  static let connections = family("connections", "Connections that were accepted.")
  static let refusedConnections = family(
    "connections_refused", "Connections that were closed at once, because there were too many.")
  static let closed = family("connections_closed", "Connections that ended, by why.")
  static let streams = family("streams", "HTTP/2 streams that clients opened.")
  static let endedStreams = family("streams_ended", "HTTP/2 streams that ended, by how.")
  static let handshakes = family("tls_handshakes", "TLS handshakes of clients, by outcome.")
  static let upstreamConnections = family(
    "upstream_connections", "Attempts to connect to services, by outcome.")
  static let upstreamReuse = family(
    "upstream_reuse", "Requests that went over a connection that was open already.")
  static let upstreamClosed = family(
    "upstream_connections_closed", "Connections to services that ended.")
  static let upstreamFailures = family(
    "upstream_failures", "Exchanges with services that failed, by when.")
  static let upstreamRetries = family(
    "upstream_retries", "Requests that were sent to a service once more.")
  static let upstreamEjections = family(
    "upstream_ejections", "Endpoints that were left alone for a while after failures.")
  static let tokenCache = family("token_cache", "Look-ups among the verified tokens, by outcome.")
  static let tokenCacheEvictions = family(
    "token_cache_evictions", "Verified tokens that made room for others.")
  static let signatures = family(
    "token_signatures",
    "Tokens, certificates and proofs whose signatures were to be looked at, by outcome.")
  static let issuerDocuments = family(
    "issuer_documents", "Documents that were asked of issuers, by outcome.")
  static let accessLog = family("access_log_lines", "Requests at the access log, by outcome.")
  static let verdicts = family("verdicts", "Verdicts for other proxies, by protocol.")
}
