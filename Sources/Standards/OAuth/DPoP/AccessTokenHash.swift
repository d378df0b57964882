import Crypto
import JOSE

/// What the `ath` claim of a DPoP proof must be for a token: base64url of the SHA-256 of its ASCII
/// text (RFC 9449 section 4.2).
public struct AccessTokenHash: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(of token: BearerToken) {
    self.description = Base64URL.encode(Array(SHA256.hash(data: Array(token.secret.utf8))))
  }
}
