/// A SPIFFE ID: `spiffe://<trust domain><path>` (SPIFFE-ID section 2).
///
/// A value that exists is legal: the path is empty, or segments of `a-z`, `A-Z`, `0-9`, `.`, `-` and
/// `_` that are each preceded by a slash, none of them empty, `.` or `..`. Nothing is decoded, folded
/// or trimmed, so two IDs name the same thing exactly if they are equal. The scheme is accepted in
/// lower case only: section 2.1 writes it so, and an ID that one verifier folds and another does not
/// is two identities.
public struct SPIFFEID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The longest ID, in bytes, scheme included (SPIFFE-ID section 2.3).
  public static let maximumLength = 2048

  /// The realm that issued the ID.
  public let trustDomain: TrustDomain
  /// The path with its leading slash, or an empty string for the trust domain's own ID.
  public let path: String
  /// The whole ID.
  public let description: String

  private static let scheme = "spiffe://"

  /// Reads a whole ID.
  /// - Throws: ``InvalidSPIFFEID`` that says which rule the text breaks.
  public init(parsing text: some StringProtocol) throws(InvalidSPIFFEID) {
    guard text.utf8.count <= Self.maximumLength else { throw InvalidSPIFFEID(.tooLong) }
    guard text.utf8.starts(with: Self.scheme.utf8) else { throw InvalidSPIFFEID(.scheme) }
    let rest = text.utf8.dropFirst(Self.scheme.utf8.count)
    let pathStart = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
    let trustDomain = try TrustDomain(parsing: text[rest.startIndex..<pathStart])
    try self.init(trustDomain: trustDomain, path: text[pathStart...])
  }

  /// Reads a whole ID, most often a legal one; see above.
  public init(parsing text: String) throws(InvalidSPIFFEID) {
    guard let pathStart = Self.pathStart(ofLegal: text) else {
      // What is wrong with it is said by those who look closer.
      try self.init(parsing: text[...])
      return
    }
    let start = text.utf8.index(text.startIndex, offsetBy: pathStart)
    let domainStart = text.utf8.index(text.startIndex, offsetBy: Self.scheme.utf8.count)
    self.init(
      legal: text, try TrustDomain(parsing: String(text[domainStart..<start])),
      path: String(text[start...]))
  }

  /// Where the path of a legal ID begins, in bytes; `nil` if anything about it is not legal.
  private static func pathStart(ofLegal text: String) -> Int? {
    var text = text
    return text.withUTF8 { text in
      let scheme = self.scheme.utf8.count
      guard text.count <= self.maximumLength, text.starts(with: self.scheme.utf8) else {
        return nil
      }
      let rest = text[scheme...]
      let pathStart = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
      return self.isLegalPath(rest[pathStart...]) ? pathStart : nil
    }
  }

  private static func isLegalPath(_ path: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    var start = path.startIndex
    while start < path.endIndex {
      // Each segment follows a slash.
      let segment = path[(start + 1)...].prefix { $0 != UInt8(ascii: "/") }
      guard self.violation(in: segment) == nil else { return false }
      start = segment.endIndex
    }
    return true
  }

  /// - Parameter path: empty, or a path with its leading slash.
  public init(
    trustDomain: TrustDomain, path: some StringProtocol
  ) throws(InvalidSPIFFEID) {
    if !path.isEmpty {
      guard path.utf8.first == UInt8(ascii: "/") else { throw InvalidSPIFFEID(.pathStart) }
      let segments = path.utf8.dropFirst().split(
        separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      for segment in segments { try Self.check(segment: segment) }
    }
    self.init(unchecked: trustDomain, path: String(path))
    guard self.description.utf8.count <= Self.maximumLength else { throw InvalidSPIFFEID(.tooLong) }
  }

  /// - Parameter segments: the path's segments in order; none makes the trust domain's own ID.
  public init(trustDomain: TrustDomain, segments: [String]) throws(InvalidSPIFFEID) {
    for segment in segments { try Self.check(segment: segment.utf8) }
    self.init(unchecked: trustDomain, path: segments.map { "/" + $0 }.joined())
    guard self.description.utf8.count <= Self.maximumLength else { throw InvalidSPIFFEID(.tooLong) }
  }

  init(_ trustDomain: TrustDomain) {
    self.init(unchecked: trustDomain, path: "")
  }

  private init(legal text: String, _ trustDomain: TrustDomain, path: String) {
    self.trustDomain = trustDomain
    self.path = path
    self.description = text
  }

  private init(unchecked trustDomain: TrustDomain, path: String) {
    self.trustDomain = trustDomain
    self.path = path
    self.description = Self.scheme + trustDomain.description + path
  }

  /// The path's segments in order, without slashes.
  public var segments: [String] {
    self.path.split(separator: "/").map(String.init)
  }

  /// Whether this is the ID of a trust domain, not of something within it.
  public var isTrustDomainID: Bool { self.path.isEmpty }

  /// Whether the text can stand, unchanged, as one segment of a path.
  public static func isLegalSegment(_ text: some StringProtocol) -> Bool {
    self.violation(in: text.utf8) == nil
  }

  public static func == (lhs: Self, rhs: Self) -> Bool { lhs.description == rhs.description }

  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }

  public func hash(into hasher: inout Hasher) { hasher.combine(self.description) }
}

extension SPIFFEID {
  private static func check(
    segment: some Collection<UInt8>
  ) throws(InvalidSPIFFEID) {
    if let reason = self.violation(in: segment) { throw InvalidSPIFFEID(reason) }
  }

  private static func violation(in segment: some Collection<UInt8>) -> InvalidSPIFFEID.Reason? {
    if segment.isEmpty { return .emptySegment }
    guard segment.allSatisfy(self.isLegal) else { return .pathCharacter }
    let isDots = segment.count <= 2 && segment.allSatisfy { $0 == UInt8(ascii: ".") }
    return isDots ? .relativeSegment : nil
  }

  private static func isLegal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      return true
    default: return false
    }
  }
}
