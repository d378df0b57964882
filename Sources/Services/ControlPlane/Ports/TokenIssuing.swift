package import OAuth

/// The token endpoint's use case (RFC 8693).
package protocol TokenIssuing: Sendable {
  /// - Parameter sender: what came with the request besides its form.
  func exchange(
    _ request: TokenExchangeRequest, from sender: TokenSender
  ) async throws(OAuthError) -> TokenResponse

  /// What every answer has in its `DPoP-Nonce` field; `nil` where no nonces are asked for.
  func proofNonce() -> String?
}

/// What the sender of a token request shows to hold, nothing of it verified but the certificate's
/// possession.
package struct TokenSender: Hashable, Sendable {
  /// The values of the fields named `DPoP`.
  package var proofs: [String]
  /// The certificate that the TLS handshake proved to be the client's, in DER, leaf first; empty
  /// without mutual TLS.
  package var certificates: [[UInt8]]
  /// The URI of the token endpoint that was called, as clients know it; `nil` for the one that the
  /// issuer's metadata names.
  package var endpoint: DPoPTargetURI?

  package init(
    proofs: [String] = [], certificates: [[UInt8]] = [], endpoint: DPoPTargetURI? = nil
  ) {
    self.proofs = proofs
    self.certificates = certificates
    self.endpoint = endpoint
  }
}

/// The documents that the control plane publishes, each as JSON.
package enum PublishedDocument: String, CaseIterable, Sendable {
  /// JWK Set of the keys that verify access tokens.
  case accessTokenKeys
  /// JWK Set of the keys that verify JWT-SVIDs, in the form that OpenID clients read.
  case svidKeys
  /// The SPIFFE trust bundle.
  case trustBundle
  /// RFC 8414.
  case authorizationServerMetadata
  case openIDConfiguration
  case svidOpenIDConfiguration
}

package protocol PublishedDocuments: Sendable {
  /// - Throws: when the document cannot be made: nobody may take an empty one for the truth.
  func document(_ name: PublishedDocument) throws -> [UInt8]
}
