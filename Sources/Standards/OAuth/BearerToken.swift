/// A token that grants access to whoever holds it. It never shows in descriptions.
public struct BearerToken: Sendable, Hashable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  /// The longest token that is accepted, in bytes.
  public static let maximumBytes = 16_384

  /// The token itself, for verifying it or for sending it to whom it is for.
  public let secret: String

  /// - Throws: ``InvalidBearerToken`` unless the text is a `b64token` (RFC 6750 section 2.1).
  public init(_ text: some StringProtocol) throws(InvalidBearerToken) {
    guard text.utf8.count <= Self.maximumBytes else { throw InvalidBearerToken(.tooLong) }
    let body = text.utf8.prefix { $0 != UInt8(ascii: "=") }
    guard !body.isEmpty, body.allSatisfy(Self.isLegal),
      text.utf8.dropFirst(body.count).allSatisfy({ $0 == UInt8(ascii: "=") })
    else { throw InvalidBearerToken(.grammar) }
    self.secret = String(text)
  }

  /// Reads the value of an `Authorization` field (RFC 6750 section 2.1). The scheme's name is
  /// compared without regard to case (RFC 9110 section 11.1).
  /// - Throws: ``InvalidBearerToken``; its reason is `scheme` if the field is of another scheme.
  public init(authorization value: some StringProtocol) throws(InvalidBearerToken) {
    let scheme = value.utf8.prefix { $0 != 0x20 }
    guard scheme.map({ $0 | 0x20 }).elementsEqual("bearer".utf8) else {
      throw InvalidBearerToken(.scheme)
    }
    let token = value.utf8.dropFirst(scheme.count).drop { $0 == 0x20 }
    try self.init(value[token.startIndex..<token.endIndex])
  }

  public var description: String { "<redacted>" }
  public var debugDescription: String { self.description }
  public var customMirror: Mirror { Mirror(self, children: []) }

  private static func isLegal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~+/".utf8.contains(byte)
    }
  }
}

/// A text is not a bearer token, and why. The text is not repeated.
public struct InvalidBearerToken: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case scheme, grammar, tooLong
  }

  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  public var description: String {
    switch self.reason {
    case .scheme: "the authorization scheme is `Bearer`"
    case .grammar: "a bearer token is letters, digits and `-._~+/`, then any number of `=`"
    case .tooLong: "a bearer token has at most \(BearerToken.maximumBytes) bytes"
    }
  }
}
