package import OAuth

/// The token endpoint's use case (RFC 8693).
package protocol TokenIssuing: Sendable {
  func exchange(_ request: TokenExchangeRequest) async throws(OAuthError) -> TokenResponse
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
