/// What the access tokens of one issuer look like.
public struct AccessTokenProfile: Sendable, Hashable {
  /// Which claims a token must have.
  public enum Claims: String, Sendable, Hashable, CaseIterable {
    /// All that RFC 9068 section 2.2 requires, and `nbf`.
    case complete
    /// `iss`, `sub`, `aud` and `exp`: what most issuers besides write too.
    case minimal
  }

  /// Accepted values of `typ`, in lower case and without `application/`
  /// (RFC 7515 section 4.1.9, RFC 8725 section 3.11).
  public let types: Set<String>
  /// Whether a token without `typ` is accepted.
  public let acceptsUntyped: Bool
  public let claims: Claims

  /// Tokens as RFC 9068 describes them: `at+jwt`, complete.
  public static let rfc9068 = AccessTokenProfile(types: ["at+jwt"], claims: .complete)

  /// - Parameter types: media types; their case and a leading `application/` say nothing.
  public init(types: Set<String>, acceptsUntyped: Bool = false, claims: Claims) {
    self.types = Set(types.compactMap(Self.canonicalType))
    self.acceptsUntyped = acceptsUntyped
    self.claims = claims
  }

  /// Whether tokens of this type are accepted.
  /// - Parameter type: in canonical form; `nil` for none.
  public func accepts(type: String?) -> Bool {
    guard let type else { return self.acceptsUntyped }
    return self.types.contains(type)
  }

  /// The type in lower case without `application/`; `nil` for what is no short ASCII text, which no
  /// issuer is configured with.
  public static func canonicalType(_ type: String) -> String? {
    guard type.utf8.count <= 64, type.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      return nil
    }
    // Most are in that form already.
    if !type.isEmpty, type.utf8.allSatisfy(Self.isCanonical) { return type }
    let lowercased = type.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    let prefix = "application/".utf8
    let bare = lowercased.starts(with: prefix) ? lowercased[prefix.count...] : lowercased[...]
    return bare.isEmpty ? nil : String(decoding: bare, as: UTF8.self)
  }

  /// Neither a capital nor a slash.
  private static func isCanonical(_ byte: UInt8) -> Bool {
    !(0x41...0x5A).contains(byte) && byte != UInt8(ascii: "/")
  }
}
