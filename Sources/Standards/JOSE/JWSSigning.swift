import Crypto
public import StrictJSON

/// A JWS that was just signed.
public struct SignedJWS: Sendable, Hashable {
  /// The compact form: a bearer token, if the payload says so.
  public let compact: String
  /// SHA-256 of the JWS signing input, 32 bytes; equal to that of `VerifiedJWS`.
  public let signingInputDigest: [UInt8]
}

/// A header in its encoded form, to be made once for many signatures with one key.
public struct EncodedJWSHeader: Sendable, Hashable {
  let algorithm: SignatureAlgorithm
  let keyID: String
  /// The base64url text of the header and the dot after it.
  let prefix: [UInt8]

  /// - Parameters:
  ///   - type: the `typ` parameter.
  ///   - extra: more parameters; those that the signer determines may not be among them.
  /// - Throws: `malformed` if `extra` has `alg`, `kid` or `typ`; `unsupported` for `crit` and
  ///   `b64`.
  public init(
    for signer: some JWSSigner, type: String?, extra: JSONObject = JSONObject()
  ) throws(JOSEError) {
    for name in ["alg", "kid", "typ"] where extra[name] != nil {
      throw JOSEError(.malformed, "'\(name)' is not an extra header parameter")
    }
    var parameters = JSONObject()
    parameters["alg"] = .string(signer.algorithm.rawValue)
    parameters["kid"] = .string(signer.keyID)
    parameters["typ"] = type.map(JSONValue.string)
    for member in extra.members { parameters[member.name] = member.value }
    _ = try JOSEHeader(JSONMembers(parameters))
    var prefix: [UInt8] = []
    Base64URL.append(parameters.serialized(), to: &prefix)
    prefix.append(UInt8(ascii: "."))
    self.prefix = prefix
    self.algorithm = signer.algorithm
    self.keyID = signer.keyID
  }
}

/// Making a JWS in compact form (RFC 7515 section 5.1).
public enum JWSSigning {
  /// Signs a payload.
  ///
  /// - Parameters:
  ///   - type: the `typ` parameter.
  ///   - extraHeader: more header parameters besides `alg`, `kid` and `typ`.
  /// - Throws: what the signer throws; `JOSEError` for a header that cannot be, or a signature of
  ///   the wrong length.
  public static func sign(
    payload: [UInt8], type: String?, signer: some JWSSigner, extraHeader: JSONObject = JSONObject()
  ) throws -> SignedJWS {
    let header = try EncodedJWSHeader(for: signer, type: type, extra: extraHeader)
    return try sign(payload: payload, header: header, signer: signer)
  }

  /// Signs a payload under a header made before for the same signer.
  public static func sign(
    payload: [UInt8], header: EncodedJWSHeader, signer: some JWSSigner
  ) throws -> SignedJWS {
    guard header.algorithm == signer.algorithm, sameText(header.keyID, signer.keyID) else {
      throw JOSEError(.keyMismatch, "the header was made for another signer")
    }
    var bytes = header.prefix
    bytes.reserveCapacity(header.prefix.count + payload.count * 4 / 3 + 800)
    Base64URL.append(payload, to: &bytes)
    let digest = Array(SHA256.hash(data: bytes))
    let signature = try signer.signature(for: bytes)
    guard signer.algorithm.canHaveLength(signature.count) else {
      throw JOSEError(.signingFailed, "the signer's answer does not have a signature's length")
    }
    bytes.append(UInt8(ascii: "."))
    Base64URL.append(signature, to: &bytes)
    return SignedJWS(compact: String(decoding: bytes, as: UTF8.self), signingInputDigest: digest)
  }
}

extension SignatureAlgorithm {
  fileprivate func canHaveLength(_ count: Int) -> Bool {
    switch self {
    case .es256, .edDSA: count == 64
    case .es384: count == 96
    case .es512: count == 132
    case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: (256...1_024).contains(count)
    }
  }
}
