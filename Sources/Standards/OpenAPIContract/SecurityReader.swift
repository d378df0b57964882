/// Reads `components.securitySchemes` and `security` requirements.
///
/// An alternative that needs something which no access token and no client certificate can show
/// (an API key, a password) is left out, and if none is left, the document is refused: taking such
/// a scheme for granted would let callers in that have only half of what was asked.
struct SecurityReader {
  private enum Scheme {
    /// `oauth2`: requirements name scopes that its flows declare.
    case oauth2(scopes: Set<String>)
    case openIDConnect
    /// `http` with `bearer`.
    case bearer
    case mutualTLS
    case unenforceable
  }

  private let schemes: [String: Scheme]
  private let version: OpenAPIVersion
  /// Scopes of flows, and those that requirements name, as far as they have been read.
  private(set) var declaredScopes: Set<String> = []

  init(components: Place?, version: OpenAPIVersion) throws(ContractError) {
    var schemes: [String: Scheme] = [:]
    if let place = try components?.member("securitySchemes") {
      for (name, scheme) in try place.entries() {
        schemes[name] = try Self.scheme(try scheme.resolved())
      }
    }
    self.schemes = schemes
    self.version = version
    for case .oauth2(let scopes) in schemes.values { declaredScopes.formUnion(scopes) }
  }

  /// The requirement in a `security` field.
  mutating func requirement(at place: Place) throws(ContractError) -> ScopeRequirement {
    let entries = try place.elements()
    var alternatives: [ScopeRequirement.Alternative] = []
    for entry in entries {
      guard let alternative = try alternative(at: entry) else { continue }
      alternatives.append(alternative)
      declaredScopes.formUnion(alternative.scopes)
    }
    guard entries.isEmpty || !alternatives.isEmpty else {
      throw place.error(
        .security,
        "every alternative needs a scheme that cannot be enforced here; add one of type oauth2, "
          + "openIdConnect, http bearer or mutualTLS")
    }
    return ScopeRequirement(alternatives: alternatives)
  }

  private func alternative(
    at place: Place
  ) throws(ContractError) -> ScopeRequirement.Alternative? {
    var scopes: Set<String> = []
    var needsCertificate = false
    var isEnforceable = true
    for name in try place.mapping().keys {
      guard let list = try place.member(name) else { continue }
      guard let scheme = schemes[name] else {
        throw list.error(.security, "no scheme with this name is in components.securitySchemes")
      }
      let named = try scopeNames(in: list, of: scheme)
      switch scheme {
      case .oauth2, .openIDConnect, .bearer: scopes.formUnion(named)
      case .mutualTLS: needsCertificate = true
      case .unenforceable: isEnforceable = false
      }
    }
    guard isEnforceable else { return nil }
    return .init(scopes: scopes, needsClientCertificate: needsCertificate)
  }

  private func scopeNames(in list: Place, of scheme: Scheme) throws(ContractError) -> [String] {
    let elements = try list.elements()
    var names: [String] = []
    for element in elements {
      let name = try element.text()
      guard Self.isScope(name) else {
        throw element.error(.invalid, "a scope must be printable ASCII without space, \" and \\")
      }
      if case .oauth2(let declared) = scheme, !declared.contains(name) {
        throw element.error(.security, "no flow of the scheme declares this scope")
      }
      names.append(name)
    }
    if !names.isEmpty, !allowsNames(scheme) {
      throw list.error(
        .security,
        "requirements of this type of scheme list no scopes; use oauth2 or openIdConnect, or "
          + "http bearer with openapi 3.1")
    }
    return names
  }

  private func allowsNames(_ scheme: Scheme) -> Bool {
    switch scheme {
    case .oauth2, .openIDConnect: true
    case .bearer: version == .v31
    case .mutualTLS, .unenforceable: false
    }
  }

  private static func scheme(_ place: Place) throws(ContractError) -> Scheme {
    let type = try place.requiredMember("type")
    switch try type.text() {
    case "oauth2": return .oauth2(scopes: try flowScopes(try place.requiredMember("flows")))
    case "openIdConnect": return .openIDConnect
    case "mutualTLS": return .mutualTLS
    case "apiKey": return .unenforceable
    case "http":
      let name = try place.requiredMember("scheme").text()
      return name.lowercased() == "bearer" ? .bearer : .unenforceable
    default:
      throw type.error(
        .security, "the type must be oauth2, openIdConnect, http, mutualTLS or apiKey")
    }
  }

  private static func flowScopes(_ flows: Place) throws(ContractError) -> Set<String> {
    var scopes: Set<String> = []
    try flows.allowOnly(["implicit", "password", "clientCredentials", "authorizationCode"])
    for (_, flow) in try flows.members() {
      for (name, scope) in try flow.requiredMember("scopes").entries() {
        guard isScope(name) else {
          throw scope.error(.invalid, "a scope must be printable ASCII without space, \" and \\")
        }
        scopes.insert(name)
      }
    }
    return scopes
  }

  /// `scope-token`, RFC 6749 section 3.3.
  private static func isScope(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy {
        $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
  }
}

/// The versions of OpenAPI that are read.
enum OpenAPIVersion: Sendable {
  case v30
  case v31

  init(at place: Place) throws(ContractError) {
    let text: String
    if case .number(let number) = place.value { text = number } else { text = try place.text() }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isPatch = parts.count == 3 && UInt(parts[2]) != nil
    switch parts.prefix(2).joined(separator: ".") {
    case "3.0" where isPatch: self = .v30
    case "3.1" where isPatch: self = .v31
    default:
      throw place.error(.unsupportedVersion, "openapi must be 3.0.x or 3.1.x")
    }
  }
}
