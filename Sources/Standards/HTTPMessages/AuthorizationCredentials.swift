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
  public struct PresentedToken: Sendable, Hashable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
  {
    public let text: String
    public var description: String { "<redacted>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
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
    let found = fields.all(named: "authorization")
    guard let field = found.first else {
      self = .none
      return
    }
    guard found.count == 1 else { throw .repeated }
    try self.init(value: field.value)
  }

  private init(value: ArraySlice<UInt8>) throws(Refusal) {
    let scheme = value.prefix { ByteSet.token.contains($0) }
    guard !scheme.isEmpty else { throw .malformed }
    let isBearer = scheme.equalsIgnoringCase("bearer")
    guard isBearer || scheme.equalsIgnoringCase("dpop") else {
      self = .otherScheme(scheme.lowercasedText)
      return
    }
    let rest = value[scheme.endIndex...]
    let token = rest.drop { $0 == .space }
    guard token.startIndex > rest.startIndex, Self.isToken68(token) else {
      throw Self.holdsTwo(rest) ? .repeated : .malformed
    }
    let presented = PresentedToken(text: String(decoding: token, as: UTF8.self))
    self = isBearer ? .bearer(presented) : .dpop(presented)
  }

  private static func isToken68(_ token: ArraySlice<UInt8>) -> Bool {
    let allowed = ByteSet.token68
    let body = token.prefix { allowed.contains($0) }
    return !body.isEmpty && token[body.endIndex...].allSatisfy { $0 == UInt8(ascii: "=") }
  }

  /// Whether there are two credentials where one should be: `Bearer a, Bearer b` or `Bearer a b`.
  private static func holdsTwo(_ rest: ArraySlice<UInt8>) -> Bool {
    rest.split { $0.isBlank || $0 == UInt8(ascii: ",") }.count > 1
  }
}
