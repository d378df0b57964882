/// One scope: a `scope-token` of RFC 6749 section 3.3.
///
/// Scopes are case-sensitive and are compared byte by byte; the grammar is ASCII without blanks,
/// quotation marks and backslashes.
public struct Scope: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The longest scope that is accepted, in bytes.
  public static let maximumLength = 256

  public let description: String

  /// - Throws: ``InvalidScope`` unless the text is 1 to ``maximumLength`` characters of the grammar.
  public init(parsing text: some StringProtocol) throws(InvalidScope) {
    guard !text.isEmpty, text.utf8.allSatisfy(Self.isLegal) else { throw InvalidScope(.grammar) }
    guard text.utf8.count <= Self.maximumLength else { throw InvalidScope(.tooLong) }
    self.description = String(text)
  }

  /// Reads one scope; see above.
  public init(parsing text: String) throws(InvalidScope) {
    guard !text.isEmpty, text.utf8.count <= Self.maximumLength,
      text.utf8.allSatisfy(Self.isLegal)
    else {
      try self.init(parsing: text[...])
      return
    }
    self.init(legal: text)
  }

  private init(legal text: String) { self.description = text }

  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }

  private static func isLegal(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21, 0x23...0x5B, 0x5D...0x7E: true
    default: false
    }
  }
}

/// Scopes in the order in which they were written, none twice.
public struct ScopeSet: Hashable, Sendable, CustomStringConvertible, RandomAccessCollection {
  /// The most different scopes that are accepted.
  public static let maximumCount = 256

  private let scopes: [Scope]

  /// No scope.
  public init() { self.scopes = [] }

  /// The scopes in order; of equal ones the first stays.
  public init(_ scopes: some Sequence<Scope>) {
    var seen: Set<Scope> = []
    self.scopes = scopes.filter { seen.insert($0).inserted }
  }

  /// Reads a `scope` value: scopes with single spaces between them. An empty text is no scope.
  /// - Throws: ``InvalidScope`` if a part is not a scope, also because of a space too many, or if
  ///   there are more than ``maximumCount``.
  public init(parsing text: some StringProtocol) throws(InvalidScope) {
    guard text.utf8.count <= Self.maximumCount * Scope.maximumLength else {
      throw InvalidScope(.tooMany)
    }
    var parts: [Scope] = []
    var seen: Set<Scope> = []
    let words = text.utf8.split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: text.isEmpty)
    for word in words {
      let scope = try Scope(parsing: text[word.startIndex..<word.endIndex])
      guard seen.insert(scope).inserted else { continue }
      guard seen.count <= Self.maximumCount else { throw InvalidScope(.tooMany) }
      parts.append(scope)
    }
    self.scopes = parts
  }

  /// Reads a `scope` value, most often of a single scope; see above.
  public init(parsing text: String) throws(InvalidScope) {
    if text.isEmpty || text.utf8.contains(UInt8(ascii: " ")) {
      try self.init(parsing: text[...])
    } else {
      self.init(single: try Scope(parsing: text))
    }
  }

  private init(single scope: Scope) { self.scopes = [scope] }

  /// The scopes with single spaces between them, as the `scope` parameter and claim write them.
  public var description: String { self.scopes.map(\.description).joined(separator: " ") }

  public var startIndex: Int { self.scopes.startIndex }
  public var endIndex: Int { self.scopes.endIndex }
  public subscript(position: Int) -> Scope { self.scopes[position] }

  /// Whether every scope of this set is in the other.
  public func isSubset(of other: ScopeSet) -> Bool {
    self.scopes.allSatisfy { other.scopes.contains($0) }
  }

  /// The scopes of this set that are not in the other, in order.
  public func subtracting(_ other: ScopeSet) -> ScopeSet {
    ScopeSet(self.scopes.filter { !other.scopes.contains($0) })
  }
}

/// A text is not a scope or not a list of scopes, and why.
public struct InvalidScope: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case grammar, tooLong, tooMany
  }

  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  public var description: String {
    switch self.reason {
    case .grammar:
      "scopes are printable ASCII without `\"` and `\\`, with single spaces between them"
    case .tooLong: "a scope has at most \(Scope.maximumLength) bytes"
    case .tooMany: "there are at most \(ScopeSet.maximumCount) scopes"
    }
  }
}
