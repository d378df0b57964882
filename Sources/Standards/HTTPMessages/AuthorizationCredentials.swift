/// The credentials in a request's Authorization, RFC 9110 section 11.6.2 and RFC 6750 section 2.1.
public enum AuthorizationCredentials: Sendable {
  /// There is no Authorization.
  case none
  /// `Bearer` and one token in the syntax of `token68`.
  case bearer(PresentedToken)
  /// `DPoP` (RFC 9449) and one token in the syntax of `token68`.
  case dpop(PresentedToken)
  /// Another scheme, in lower case.
  case otherScheme(String)

  /// A token as it was presented; its text is left out of descriptions.
  public struct PresentedToken: Sendable {
    /// The bytes that the token is part of; a received token shares those of its message.
    private let storage: [UInt8]
    private let range: Range<Int>

    init(storage: [UInt8], range: Range<Int>) {
      self.storage = storage
      self.range = range
    }

    /// The token. Made when asked for.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
    /// The bytes of the token, all of ASCII.
    public var bytes: ArraySlice<UInt8> { storage[range] }
    public var count: Int { range.count }
  }

  /// Why no credentials could be taken; both are answered with 400 `invalid_request`.
  public enum Refusal: String, Error, Sendable, Hashable {
    /// More than one token, in two fields or in one.
    case repeated = "credentials-repeated"
    /// Not a scheme, one space and one token.
    case malformed = "credentials-malformed"
  }

  /// Reads the credentials from a request's fields.
  public init(_ fields: HTTPFields) throws(Refusal) {
    guard let field = fields.first(.authorization) else {
      self = .none
      return
    }
    guard fields.count(of: .authorization) == 1 else { throw .repeated }
    try self.init(field.storage, field.line.value)
  }

  private init(_ storage: [UInt8], _ value: Range<Int>) throws(Refusal) {
    let bytes = storage.span.extracting(..<value.upperBound)
    let schemeEnd = bytes.endOfToken(from: value.lowerBound)
    let scheme = value.lowerBound..<schemeEnd
    guard !scheme.isEmpty else { throw .malformed }
    let isBearer = bytes.equalsIgnoringCase(scheme, Self.bearerScheme.span)
    guard isBearer || bytes.equalsIgnoringCase(scheme, Self.dpopScheme.span) else {
      self = .otherScheme(storage[scheme].lowercasedText)
      return
    }
    var start = schemeEnd
    while start < bytes.count, bytes[start] == .space { start += 1 }
    guard start > schemeEnd, Self.isToken68(bytes, from: start) else {
      throw Self.holdsTwo(storage[schemeEnd..<value.upperBound]) ? .repeated : .malformed
    }
    let token = PresentedToken(storage: storage, range: start..<value.upperBound)
    self = isBearer ? .bearer(token) : .dpop(token)
  }

  private static let bearerScheme = Array("bearer".utf8)
  private static let dpopScheme = Array("dpop".utf8)

  private static func isToken68(_ bytes: Span<UInt8>, from start: Int) -> Bool {
    let bodyEnd = bytes.endOfToken68(from: start)
    var end = bodyEnd
    while end < bytes.count, bytes[end] == UInt8(ascii: "=") { end += 1 }
    return bodyEnd > start && end == bytes.count
  }

  /// Whether there are two credentials where one should be: `Bearer a, Bearer b` or `Bearer a b`.
  private static func holdsTwo(_ rest: ArraySlice<UInt8>) -> Bool {
    rest.split { $0.isBlank || $0 == UInt8(ascii: ",") }.count > 1
  }
}

extension AuthorizationCredentials.PresentedToken: Hashable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
  public var description: String { "<redacted>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
