import Enrollment

/// The address of a document that the gateway fetches: https, or http to this machine itself.
package struct DocumentURL: Hashable, Sendable, CustomStringConvertible {
  package static let maximumLength = 2048

  package let description: String
  package let host: String
  package let isPlain: Bool
  private let origin: UpstreamOrigin
  /// Empty, or begins with a slash.
  private let path: String

  /// - Throws: ``InvalidDocumentURL`` for anything with a user, a query or a fragment, and for http to
  ///   another machine.
  package init(_ text: String) throws(InvalidDocumentURL) {
    guard text.utf8.count <= Self.maximumLength,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !text.utf8.contains(where: { "@#?\\".utf8.contains($0) }),
      let mark = text.firstRange(of: "://")
    else { throw InvalidDocumentURL() }
    let rest = text[mark.upperBound...]
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    guard let origin = UpstreamOrigin(String(text[..<slash])) else { throw InvalidDocumentURL() }
    let isPlain = origin.scheme == .http
    guard !isPlain || Self.isLoopback(origin.host) else { throw InvalidDocumentURL() }
    self.description = text
    self.host = origin.host
    self.isPlain = isPlain
    self.origin = origin
    self.path = String(rest[slash...])
  }

  /// Whether both are of one scheme, host and port.
  package func isSameOrigin(as other: DocumentURL) -> Bool { self.origin == other.origin }

  /// The addresses of an issuer's metadata. OpenID Connect appends to the issuer's path; RFC 8414
  /// section 3.1 puts the well-known name before it.
  package func metadata(
    _ kind: TrustSource.MetadataKind
  ) throws(InvalidDocumentURL) -> DocumentURL {
    let base = String(self.description.dropLast(self.path.utf8.count))
    let path = self.path.hasSuffix("/") ? String(self.path.dropLast()) : self.path
    let name = "/.well-known/\(kind.rawValue)"
    return try DocumentURL(kind == .openID ? base + path + name : base + name + path)
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" || host == "[::1]" { return true }
    // With a leading zero a number is octal to some.
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { text in
      UInt8(text).flatMap { String($0) == text ? $0 : nil }
    }
    return numbers.count == 4 && numbers.first == 127 && !numbers.contains(nil)
  }
}

package struct InvalidDocumentURL: Error, Hashable, Sendable, CustomStringConvertible {
  package let description =
    "expected an https URL without user, query and fragment, such as `https://id.example/keys`; "
    + "http only to this machine, such as `http://127.0.0.1:8000/keys`"
}
