/// A path of SPIFFE IDs in which whole segments may stand for facts: `/ci/{repository_id}`.
///
/// A fact's value takes the place of its segment only if it is exactly one legal segment. It is never
/// rewritten: two different facts must not end up as one identity.
public struct PathTemplate: Hashable, Sendable, CustomStringConvertible {
  private enum Segment: Hashable, Sendable {
    case literal(String)
    case fact(String)
  }

  private let segments: [Segment]
  /// The template as it was written.
  public let description: String

  /// - Throws: ``InvalidPathTemplate`` unless the text is one or more segments, each preceded by a
  ///   slash and each either legal in a SPIFFE ID or the name of a fact in braces.
  public init(parsing text: some StringProtocol) throws(InvalidPathTemplate) {
    guard text.utf8.count <= SPIFFEID.maximumLength else { throw InvalidPathTemplate(.tooLong) }
    guard text.utf8.first == UInt8(ascii: "/") else { throw InvalidPathTemplate(.pathStart) }
    // Beyond ASCII a character can begin with a slash and hide what follows it.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { throw InvalidPathTemplate(.segment) }
    var segments: [Segment] = []
    for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      segments.append(try Self.segment(String(part)))
    }
    self.segments = segments
    self.description = String(text)
  }

  /// The names of the facts, in order of first appearance.
  public var factNames: [String] {
    var names: [String] = []
    for case .fact(let name) in self.segments where !names.contains(name) { names.append(name) }
    return names
  }

  /// Whether the template is one path, without facts.
  public var isConstant: Bool { self.factNames.isEmpty }

  /// The ID that the facts make.
  /// - Parameter value: the value of the fact of that name, or `nil` if there is none.
  /// - Throws: ``UnfilledPathTemplate`` if a fact has no value or its value is not one legal segment,
  ///   or if the ID would be too long.
  public func id(
    in trustDomain: TrustDomain, value: (String) -> String?
  ) throws(UnfilledPathTemplate) -> SPIFFEID {
    var filled: [String] = []
    for segment in self.segments {
      switch segment {
      case .literal(let text): filled.append(text)
      case .fact(let name):
        guard let text = value(name) else { throw .missingValue(fact: name) }
        guard SPIFFEID.isLegalSegment(text) else { throw .illegalValue(fact: name) }
        filled.append(text)
      }
    }
    do {
      return try SPIFFEID(trustDomain: trustDomain, segments: filled)
    } catch {
      throw .tooLong
    }
  }

  private static func segment(_ text: String) throws(InvalidPathTemplate) -> Segment {
    if text.hasPrefix("{"), text.hasSuffix("}") {
      let name = String(text.dropFirst().dropLast())
      guard self.isFactName(name) else { throw InvalidPathTemplate(.factName) }
      return .fact(name)
    }
    guard SPIFFEID.isLegalSegment(text) else { throw InvalidPathTemplate(.segment) }
    return .literal(text)
  }

  private static func isFactName(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= 128 else { return false }
    let isLetter = { (byte: UInt8) in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
    return isLetter(first)
      && name.utf8.allSatisfy { byte in
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
      }
  }
}

/// A text is not a template of a path, and why.
public struct InvalidPathTemplate: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case tooLong, pathStart, segment, factName
  }

  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  public var description: String {
    switch self.reason {
    case .tooLong: "a path template has at most \(SPIFFEID.maximumLength) bytes"
    case .pathStart: "a path template starts with a slash"
    case .segment:
      "a segment is letters, digits, dots, dashes and underscores, or one whole `{fact}`"
    case .factName: "a fact's name is a letter, then letters, digits, dots, dashes and underscores"
    }
  }
}

/// Facts do not make an ID of a template. The values are not repeated.
public enum UnfilledPathTemplate: Error, Hashable, Sendable, CustomStringConvertible {
  case missingValue(fact: String)
  case illegalValue(fact: String)
  case tooLong

  public var description: String {
    switch self {
    case .missingValue(let fact): "the evidence has no fact `\(fact)`"
    case .illegalValue(let fact): "the value of `\(fact)` is not exactly one segment of a path"
    case .tooLong: "the SPIFFE ID would have more than \(SPIFFEID.maximumLength) bytes"
    }
  }
}
