import ControlPlaneClient
import Credentials
import Crypto
import FoundationEssentials
import JOSE
import OAuth
import SecretFiles

/// The P-256 key that DPoP proofs are made with (RFC 9449), in a PEM file of mode 0600.
struct ProofKey: Sendable {
  private let key: P256.Signing.PrivateKey

  private static let maximumBytes = 4_096

  /// - Parameter makesMissing: whether a new key is made where there is no file.
  /// - Throws: `CommandFailure` that says what to do.
  init(file: String, makesMissing: Bool) throws {
    let secret = SecretFile(path: file, purpose: "the DPoP key")
    do {
      if let bytes = try secret.read(upTo: Self.maximumBytes) {
        self.key = try Self.parse(bytes, file: file)
      } else {
        guard makesMissing else {
          throw CommandFailure(
            "there is no DPoP key \(file): `gatehouse token --dpop-key` makes it with the token")
        }
        let key = P256.Signing.PrivateKey(compactRepresentable: false)
        try secret.create(Array((key.pemRepresentation + "\n").utf8))
        self.key = key
      }
    } catch let error as SecretFileError {
      throw CommandFailure("\(error)")
    }
  }

  private static func parse(_ bytes: [UInt8], file: String) throws -> P256.Signing.PrivateKey {
    do {
      return try P256.Signing.PrivateKey(pemRepresentation: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw CommandFailure(
        "the DPoP key \(file) is not a P-256 private key in PEM: `openssl ecparam -name prime256v1 "
          + "-genkey -noout` makes one")
    }
  }

  /// Binds tokens to this key.
  var binding: TokenExchange.Proof {
    { method, url, nonce in try self.proof(method: method, url: url, token: nil, nonce: nonce) }
  }

  /// A proof for one request that is sent now.
  /// - Parameter token: the access token that goes with the request.
  func proof(method: String, url: String, token: BearerToken?, nonce: String?) throws -> String {
    var random = RandomSource.system
    let uri: DPoPTargetURI
    do {
      uri = try DPoPTargetURI(parsing: Self.withoutQuery(url))
    } catch {
      throw CommandFailure("no proof can be made for this URL: \(error)")
    }
    return try DPoPProofClaims(
      method: method, uri: uri, issuedAt: SystemClock().now().seconds,
      jwtID: CredentialID(using: &random).description,
      accessTokenHash: token.map(AccessTokenHash.init), nonce: nonce
    ).signed(
      by: ES256Signer(key: self.key, keyID: ""),
      key: .from(self.key.publicKey, keyID: nil, algorithm: nil, use: nil))
  }

  /// `htu` has neither query nor fragment (RFC 9449 section 4.2).
  private static func withoutQuery(_ url: String) -> Substring {
    url.prefix { $0 != "?" && $0 != "#" }
  }
}
