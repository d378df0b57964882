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
    fields.filteredLines { line in
      if !connectionOptions.isEmpty, isNominated(line, in: fields.storage, by: connectionOptions) {
        return false
      }
      return switch line.reasonToDropFromRequest {
      case .none: true
      case .some(.credential): forwardCredential
      case .some: false
      }
    }
  }

  /// The fields of a response that go back to the client; those for framing are left out.
  public static func responseFields(
    _ fields: HTTPFields, connectionOptions: [String]
  ) -> HTTPFields {
    fields.filteredLines { line in
      !line.isDroppedFromResponse
        && (connectionOptions.isEmpty
          || !isNominated(line, in: fields.storage, by: connectionOptions))
    }
  }

  /// Why a request's field with this name stays behind, or nil if it goes on.
  public static func reasonToDrop(
    requestField name: String, connectionOptions: [String] = []
  ) -> Dropped? {
    let bytes = Array(name.utf8)
    let kind = FieldNameTable.shared.kind(of: 0..<bytes.count, in: bytes.span)
    let line = FieldLine(
      name: 0..<bytes.count, value: bytes.count..<bytes.count, kind: kind, isPlain: false)
    if isNominated(line, in: bytes, by: connectionOptions) { return .nominated }
    return line.reasonToDropFromRequest
  }

  /// Whether Connection names the field.
  static func isNominated(
    _ line: FieldLine, in storage: [UInt8], by connectionOptions: [String]
  ) -> Bool {
    connectionOptions.contains { option in
      option.utf8.count == line.name.count
        && zip(storage[line.name], option.utf8).allSatisfy {
          FieldNameTable.folded($0) == FieldNameTable.folded($1)
        }
    }
  }

  /// Beginnings of names that could carry an identity or a route.
  static let identityPrefixes = [
    "x-forwarded-", "x-original-", "x-rewrite-", "x-client-cert", "x-client-dn", "x-ssl-", "ssl-",
    "x-tls-", "x-mtls-", "client-cert", "x-remote-", "x-authenticated-", "x-auth-request-",
    "x-untrusted-", "x-spiffe-", "x-envoy-", "x-goog-authenticated-user-", "x-goog-iap-",
    "x-amzn-oidc-", "x-amzn-mtls-", "x-ms-client-principal", "cf-access-",
  ]

  /// The beginning of the gateway's own names.
  static let ownPrefix = "gatehouse-"
}
