/// What sort of credential an identifier belongs to.
package enum CredentialKind: String, Hashable, Sendable, CaseIterable {
  case x509SVID = "x509-svid"
  case jwtSVID = "jwt-svid"
  case accessToken = "access-token"
}
