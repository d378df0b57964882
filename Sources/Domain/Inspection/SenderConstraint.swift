/// What a service asks of the sender of a token beyond having it.
package enum SenderConstraint: String, Hashable, Sendable, CaseIterable {
  /// Tokens that are bound to nothing are accepted; a binding that a token has is checked all the same.
  case none
  /// Either of the following.
  case required
  /// A proof of possession in each request (RFC 9449).
  case dpop
  /// The client certificate of the connection (RFC 8705), by itself or with a token bound to it.
  case mutualTLS = "mutual-tls"
}
