public import StrictJSON

/// The protected header of a JWS in compact form (RFC 7515 section 4).
///
/// Only `alg`, `kid`, `typ` and `cty` have a meaning here. In particular a key, or the address of
/// one, that the header offers (`jwk`, `jku`, `x5c`, `x5u`) is never used.
public struct JOSEHeader: Sendable {
  /// What copies of the header share.
  private final class Content: Sendable {
    let algorithm: SignatureAlgorithm
    let keyID: String?
    let type: String?
    let contentType: String?
    let members: JSONMembers

    init(_ parameters: JSONMembers, _ algorithm: SignatureAlgorithm) throws(JOSEError) {
      self.algorithm = algorithm
      self.keyID = try parameters.optionalString("kid", in: "header")
      self.type = try parameters.optionalString("typ", in: "header")
      self.contentType = try parameters.optionalString("cty", in: "header")
      self.members = parameters
    }
  }

  private let content: Content

  /// The `alg` parameter.
  public var algorithm: SignatureAlgorithm { self.content.algorithm }
  /// The `kid` parameter.
  public var keyID: String? { self.content.keyID }
  /// The `typ` parameter, as written.
  public var type: String? { self.content.type }
  /// The `cty` parameter, as written.
  public var contentType: String? { self.content.contentType }

  /// All parameters, those named above included. Made when asked for.
  public var parameters: JSONObject { self.content.members.object }

  /// - Throws: `unsupported` for `crit` and `b64`, since no extension is understood here;
  ///   `algorithmNotAllowed` for an algorithm that is no public-key signature; `malformed`.
  init(_ parameters: JSONMembers) throws(JOSEError) {
    guard parameters["crit"] == nil else {
      throw JOSEError(.unsupported, "the header has 'crit', but no extension is supported")
    }
    guard parameters["b64"] == nil else {
      throw JOSEError(.unsupported, "the header has 'b64', which is not supported")
    }
    guard let name = parameters["alg"]?.stringValue else {
      throw JOSEError(.malformed, "the header must name its algorithm in 'alg'")
    }
    guard let algorithm = SignatureAlgorithm(rawValue: name) else {
      throw JOSEError(
        .algorithmNotAllowed, "the header's algorithm is not a supported signature algorithm")
    }
    self.content = try Content(parameters, algorithm)
  }

  init(parsing bytes: [UInt8]) throws(JOSEError) {
    let limits = JSONLimits(
      maximumBytes: bytes.count, maximumDepth: 8, maximumMembers: 64, maximumElements: 64)
    try self.init(JSONMembers(parsing: bytes, limits: limits, named: "header"))
  }
}

extension JOSEHeader: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    left.content === right.content || left.content.members == right.content.members
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(self.content.members) }
}

extension JSONMembers {
  /// The text of a member that may be missing but must be a string.
  func optionalString(_ name: String, in document: String) throws(JOSEError) -> String? {
    try Self.string(self[name], name, document)
  }

  /// The same, with texts that came lately.
  func optionalString(
    _ name: String, in document: String, _ texts: inout JSONTexts
  ) throws(JOSEError) -> String? {
    try Self.string(self.value(name, &texts), name, document)
  }

  private static func string(
    _ value: JSONValue?, _ name: String, _ document: String
  ) throws(JOSEError) -> String? {
    guard let value else { return nil }
    guard let text = value.stringValue else {
      throw JOSEError(.malformed, "'\(name)' in the \(document) must be a string")
    }
    return text
  }

  /// Parses a document that must be a JSON object; `document` names it in errors.
  init(
    parsing bytes: [UInt8], limits: JSONLimits, named document: String
  ) throws(JOSEError) {
    let members: JSONMembers?
    do {
      members = try JSONMembers(parsing: bytes, limits: limits)
    } catch {
      throw JOSEError(
        error.code == .limitExceeded ? .tooLarge : .malformed,
        "the \(document) is not acceptable JSON: \(error)")
    }
    guard let members else {
      throw JOSEError(.malformed, "the \(document) must be a JSON object")
    }
    self = members
  }
}

extension JSONObject {
  /// The text of a member that may be missing but must be a string.
  func optionalString(_ name: String, in document: String) throws(JOSEError) -> String? {
    try JSONMembers(self).optionalString(name, in: document)
  }

  /// The text of a member that must be there as a string.
  func requiredString(_ name: String, in document: String) throws(JOSEError) -> String {
    guard let text = try optionalString(name, in: document) else {
      throw JOSEError(.malformed, "the \(document) must have '\(name)'")
    }
    return text
  }
}
