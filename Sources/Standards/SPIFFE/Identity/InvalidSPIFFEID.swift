/// A text is not a SPIFFE ID or not the name of a trust domain, and why.
public struct InvalidSPIFFEID: Error, Hashable, Sendable, CustomStringConvertible {
  /// The rule of SPIFFE-ID section 2 that is broken.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case scheme, tooLong
    case trustDomainMissing, trustDomainTooLong, trustDomainCharacter
    case pathStart, emptySegment, relativeSegment, pathCharacter
  }

  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  /// What was expected. The text itself is not repeated.
  public var description: String {
    switch self.reason {
    case .scheme: "a SPIFFE ID starts with `spiffe://`"
    case .tooLong: "a SPIFFE ID has at most \(SPIFFEID.maximumLength) bytes"
    case .trustDomainMissing: "the trust domain is missing"
    case .trustDomainTooLong: "a trust domain has at most \(TrustDomain.maximumLength) bytes"
    case .trustDomainCharacter:
      "a trust domain holds only lower-case letters, digits, dots, dashes and underscores"
    case .pathStart: "a path starts with a slash"
    case .emptySegment: "a path has no empty segment and no slash at its end"
    case .relativeSegment: "a path segment is not `.` or `..`"
    case .pathCharacter: "a path holds only letters, digits, dots, dashes and underscores"
    }
  }
}
