package import SPIFFE

/// Who a credential speaks for: an issuer and a subject.
///
/// A principal with a SPIFFE ID is that ID, whoever vouched for it; only who was granted its trust
/// domain can. Any other is `<issuer>#<subject>`: an issuer is a URL without a fragment, so that no two
/// pairs make one text, and none makes a SPIFFE ID.
package struct Principal: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The longest subject of an issuer, in bytes (OpenID Connect Core section 2).
  package static let maximumSubjectLength = 255

  /// The SPIFFE ID, or issuer and subject: printable ASCII.
  package let description: String
  /// `nil` for the subject of an issuer that is no SPIFFE ID.
  package let spiffeID: SPIFFEID?

  package init(_ id: SPIFFEID) {
    self.description = id.description
    self.spiffeID = id
  }

  /// The subject of an issuer that is not within SPIFFE.
  /// - Throws: `InvalidPrincipal` unless the issuer is a URL in printable ASCII without a fragment, and
  ///   the subject 1 to 255 printable ASCII characters without blanks at its ends, not beginning like a
  ///   SPIFFE ID.
  package init(issuer: String, subject: String) throws(InvalidPrincipal) {
    guard Self.isIssuer(issuer), Self.isSubject(subject) else { throw InvalidPrincipal() }
    self.description = "\(issuer)#\(subject)"
    self.spiffeID = nil
  }

  /// Whether a text claims to be a SPIFFE ID, legal or not, in whatever case.
  package static func claimsSPIFFEID(_ subject: String) -> Bool {
    let scheme = "spiffe:".utf8
    return subject.utf8.count >= scheme.count
      && zip(subject.utf8, scheme).allSatisfy { ($0 | 0x20) == ($1 | 0x20) }
  }

  /// Whether a text can be the issuer of principals: `http` or `https`, printable, no fragment.
  package static func isIssuer(_ text: String) -> Bool {
    text.utf8.count <= 2048 && (text.hasPrefix("https://") || text.hasPrefix("http://"))
      && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
  }

  private static func isSubject(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= Self.maximumSubjectLength,
      text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), text.utf8.first != 0x20,
      text.utf8.last != 0x20
    else { return false }
    return !self.claimsSPIFFEID(text)
  }

  package static func == (lhs: Self, rhs: Self) -> Bool { lhs.description == rhs.description }

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }

  package func hash(into hasher: inout Hasher) { hasher.combine(self.description) }
}

/// An issuer and a subject make no principal. Neither is repeated.
package struct InvalidPrincipal: Error, Hashable, CustomStringConvertible {
  package init() {}

  package var description: String {
    "a subject is a legal SPIFFE ID, or 1 to 255 printable ASCII characters that do not look like one"
  }
}
