/// The signature algorithms of RFC 7518 section 3 and RFC 8037 section 3.1 that rest on a public
/// key. `none` and the HMAC algorithms do not exist here, so they cannot be allowed by mistake.
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
  case rs256 = "RS256"
  case rs384 = "RS384"
  case rs512 = "RS512"
  case ps256 = "PS256"
  case ps384 = "PS384"
  case ps512 = "PS512"
  case es256 = "ES256"
  case es384 = "ES384"
  case es512 = "ES512"
  case edDSA = "EdDSA"

  /// Whether a key of this kind can make signatures with this algorithm. For ES256, ES384 and ES512
  /// the curve decides too (RFC 7518 section 3.4).
  public func fits(_ kind: JSONWebKey.Kind) -> Bool {
    switch (self, kind) {
    case (.rs256, .rsa), (.rs384, .rsa), (.rs512, .rsa): true
    case (.ps256, .rsa), (.ps384, .rsa), (.ps512, .rsa): true
    case (.es256, .ec(.p256)), (.es384, .ec(.p384)), (.es512, .ec(.p521)): true
    case (.edDSA, .okp(.ed25519)): true
    default: false
    }
  }
}
