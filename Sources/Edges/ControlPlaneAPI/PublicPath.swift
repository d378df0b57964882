/// The paths that the public listener serves.
package enum PublicPath {
  package static let token = "/oauth2/token"
  package static let openIDConfiguration = "/.well-known/openid-configuration"
  package static let authorizationServer = "/.well-known/oauth-authorization-server"
  package static let accessTokenKeys = "/keys"
  package static let svidOpenIDConfiguration = "/svid/.well-known/openid-configuration"
  package static let svidKeys = "/svid/keys"
  package static let trustBundle = "/spiffe/bundle"
  package static let live = "/live"
  package static let ready = "/ready"
  package static let metrics = "/metrics"
}
