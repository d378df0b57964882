/// Field names that mean something to a gateway, found once when a field is read.
public enum KnownFieldName: UInt8, Sendable, Hashable, CaseIterable {
  case host, contentLength, transferEncoding
  case authorization, dpop
  case connection, keepAlive, proxyConnection, te, trailer, upgrade, expect, http2Settings
  case proxyAuthenticate, proxyAuthenticationInfo, proxyAuthorization
  case forwarded, xForwarded, proxy, xHost, xHTTPHostOverride, xRealIP, xClientIP, clientIP
  case trueClientIP, xClusterClientIP, cfConnectingIP, fastlyClientIP, xHTTPMethod
  case xHTTPMethodOverride, xMethodOverride, xHTTPVerb, xURLScheme, xScheme, xScriptName
  case xProxyUserIP, frontEndHTTPS, remoteUser, remoteAddr, xRequestID, xARRClientCert, xARRSSL
  case cacheControl, contentEncoding, contentRange, contentType, cookie, maxForwards, setCookie
  case traceparent, tracestate, accept, acceptEncoding, userAgent, origin, date, server, etag, via
  case location, wwwAuthenticate, altSvc, range

  /// The name in lower case.
  public var name: String {
    switch self {
    case .host: "host"
    case .contentLength: "content-length"
    case .transferEncoding: "transfer-encoding"
    case .authorization: "authorization"
    case .dpop: "dpop"
    case .connection: "connection"
    case .keepAlive: "keep-alive"
    case .proxyConnection: "proxy-connection"
    case .te: "te"
    case .trailer: "trailer"
    case .upgrade: "upgrade"
    case .expect: "expect"
    case .http2Settings: "http2-settings"
    case .proxyAuthenticate: "proxy-authenticate"
    case .proxyAuthenticationInfo: "proxy-authentication-info"
    case .proxyAuthorization: "proxy-authorization"
    case .forwarded: "forwarded"
    case .xForwarded: "x-forwarded"
    case .proxy: "proxy"
    case .xHost: "x-host"
    case .xHTTPHostOverride: "x-http-host-override"
    case .xRealIP: "x-real-ip"
    case .xClientIP: "x-client-ip"
    case .clientIP: "client-ip"
    case .trueClientIP: "true-client-ip"
    case .xClusterClientIP: "x-cluster-client-ip"
    case .cfConnectingIP: "cf-connecting-ip"
    case .fastlyClientIP: "fastly-client-ip"
    case .xHTTPMethod: "x-http-method"
    case .xHTTPMethodOverride: "x-http-method-override"
    case .xMethodOverride: "x-method-override"
    case .xHTTPVerb: "x-http-verb"
    case .xURLScheme: "x-url-scheme"
    case .xScheme: "x-scheme"
    case .xScriptName: "x-script-name"
    case .xProxyUserIP: "x-proxyuser-ip"
    case .frontEndHTTPS: "front-end-https"
    case .remoteUser: "remote-user"
    case .remoteAddr: "remote-addr"
    case .xRequestID: "x-request-id"
    case .xARRClientCert: "x-arr-clientcert"
    case .xARRSSL: "x-arr-ssl"
    case .cacheControl: "cache-control"
    case .contentEncoding: "content-encoding"
    case .contentRange: "content-range"
    case .contentType: "content-type"
    case .cookie: "cookie"
    case .maxForwards: "max-forwards"
    case .setCookie: "set-cookie"
    case .traceparent: "traceparent"
    case .tracestate: "tracestate"
    case .accept: "accept"
    case .acceptEncoding: "accept-encoding"
    case .userAgent: "user-agent"
    case .origin: "origin"
    case .date: "date"
    case .server: "server"
    case .etag: "etag"
    case .via: "via"
    case .location: "location"
    case .wwwAuthenticate: "www-authenticate"
    case .altSvc: "alt-svc"
    case .range: "range"
    }
  }

  /// Why a request's field with this name stays behind, or nil if it goes on.
  var reasonToDropFromRequest: ForwardingRules.Dropped? {
    switch self {
    case .authorization, .dpop: .credential
    case .forwarded, .xForwarded, .proxy, .xHost, .xHTTPHostOverride, .xRealIP, .xClientIP,
      .clientIP, .trueClientIP, .xClusterClientIP, .cfConnectingIP, .fastlyClientIP, .xHTTPMethod,
      .xHTTPMethodOverride, .xMethodOverride, .xHTTPVerb, .xURLScheme, .xScheme, .xScriptName,
      .xProxyUserIP, .frontEndHTTPS, .remoteUser, .remoteAddr, .xRequestID, .xARRClientCert,
      .xARRSSL:
      .identityOrRoute
    default: isForOneHop ? .hopByHop : nil
    }
  }

  /// Whether the field is for one hop by its definition, or written anew for each hop's framing.
  var isForOneHop: Bool {
    switch self {
    case .host, .contentLength, .transferEncoding, .connection, .keepAlive, .proxyConnection, .te,
      .trailer, .upgrade, .expect, .http2Settings, .proxyAuthenticate, .proxyAuthenticationInfo,
      .proxyAuthorization:
      true
    default: false
    }
  }

  /// Whether the field is dangerous after the content, RFC 9110 section 6.5.1.
  var isForbiddenInTrailers: Bool {
    switch self {
    case .authorization, .dpop, .cacheControl, .contentEncoding, .contentRange, .contentType,
      .cookie, .maxForwards, .setCookie:
      true
    default: isForOneHop
    }
  }
}

/// A set of known field names, in two machine words.
public struct KnownFieldNames: Sendable, Hashable, ExpressibleByArrayLiteral {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  public init(arrayLiteral names: KnownFieldName...) {
    for name in names { insert(name) }
  }

  public mutating func insert(_ name: KnownFieldName) {
    let bit = UInt64(name.rawValue)
    if bit < 64 { low |= 1 << bit } else { high |= 1 << (bit - 64) }
  }

  public func contains(_ name: KnownFieldName) -> Bool {
    let bit = UInt64(name.rawValue)
    return bit < 64 ? low >> bit & 1 == 1 : high >> (bit - 64) & 1 == 1
  }
}
