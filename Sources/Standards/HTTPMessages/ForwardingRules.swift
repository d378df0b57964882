/// Which fields a gateway passes on, RFC 9110 section 7.6.1 and what a gateway must not believe.
///
/// Names are compared without case and with "_" equal to "-", since servers behind gateway
/// interfaces such as CGI and WSGI cannot tell those apart.
public enum ForwardingRules {
  /// Why a field stays behind.
  public enum Dropped: Sendable, Hashable {
    /// Named by Connection: for one hop only.
    case nominated
    /// For one hop by its definition, or written anew for each hop's framing.
    case hopByHop
    /// Could carry an identity, an origin, a route or another method, which only the gateway sets.
    case identityOrRoute
    /// The caller's credential, where the service behind does not ask for it.
    case credential
  }

  /// The fields of a request that go on.
  ///
  /// Host and the fields for framing are left out too: who forwards writes its own.
  ///
  /// - Parameter forwardCredential: whether Authorization and DPoP go on.
  public static func requestFields(
    _ fields: HTTPFields, connectionOptions: [String], forwardCredential: Bool
  ) -> HTTPFields {
    HTTPFields(
      fields.filter { field in
        switch reasonToDrop(field.nameBytes, connectionOptions, from: requestRules) {
        case .none: true
        case .some(.credential): forwardCredential
        case .some: false
        }
      })
  }

  /// The fields of a response that go back to the client; those for framing are left out.
  public static func responseFields(
    _ fields: HTTPFields, connectionOptions: [String]
  ) -> HTTPFields {
    HTTPFields(
      fields.filter { reasonToDrop($0.nameBytes, connectionOptions, from: responseRules) == nil })
  }

  /// Why a request's field with this name stays behind, or nil if it goes on.
  public static func reasonToDrop(
    requestField name: String, connectionOptions: [String] = []
  ) -> Dropped? {
    reasonToDrop(Array(name.utf8)[...], connectionOptions, from: requestRules)
  }

  private static func reasonToDrop(
    _ name: ArraySlice<UInt8>, _ connectionOptions: [String], from rules: FieldNameRules
  ) -> Dropped? {
    if connectionOptions.contains(where: { FieldNameRules.isEqual(name, $0.utf8) }) {
      return .nominated
    }
    return rules.reason(for: name)
  }

  private static let requestRules = FieldNameRules(
    [
      .hopByHop: hopByHop.union(framing), .credential: credentials, .identityOrRoute: identityNames,
    ], prefixes: identityPrefixes)

  private static let responseRules = FieldNameRules(
    [.hopByHop: hopByHop.union(framing)], prefixes: ["gatehouse-"])

  /// The name in lower case with "-" for "_".
  static func foldedName(_ name: some Collection<UInt8>) -> String {
    String(
      decoding: name.lazy.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0.lowercased },
      as: UTF8.self)
  }

  /// Fields that are dangerous after the content, RFC 9110 section 6.5.1.
  static let neverTrailers: Set<String> = framing.union(hopByHop).union(credentials).union([
    "cache-control", "content-encoding", "content-range", "content-type", "cookie", "expect",
    "max-forwards", "set-cookie",
  ])

  private static let framing: Set<String> = ["host", "content-length", "transfer-encoding"]

  private static let credentials: Set<String> = ["authorization", "dpop"]

  private static let hopByHop: Set<String> = [
    "connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade", "expect",
    "http2-settings", "proxy-authenticate", "proxy-authentication-info", "proxy-authorization",
  ]

  private static let identityNames: Set<String> = [
    "forwarded", "x-forwarded", "proxy", "x-host", "x-http-host-override", "x-real-ip",
    "x-client-ip", "client-ip", "true-client-ip", "x-cluster-client-ip", "cf-connecting-ip",
    "fastly-client-ip", "x-http-method", "x-http-method-override", "x-method-override",
    "x-http-verb", "x-url-scheme", "x-scheme", "x-script-name", "x-proxyuser-ip", "front-end-https",
    "remote-user", "remote-addr", "x-request-id", "x-arr-clientcert",
    "x-arr-ssl",
  ]

  private static let identityPrefixes = [
    "x-forwarded-", "x-original-", "x-rewrite-", "x-client-cert", "x-client-dn", "x-ssl-", "ssl-",
    "x-tls-", "x-mtls-", "client-cert", "x-remote-", "x-authenticated-", "x-auth-request-",
    "x-spiffe-", "x-envoy-", "x-goog-authenticated-user-", "x-goog-iap-", "x-amzn-oidc-",
    "x-amzn-mtls-", "x-ms-client-principal", "cf-access-", "gatehouse-",
  ]
}
