extension UnverifiedX509SVID {
  /// The SPIFFE ID that the leaf claims, or `nil` if it is not formed as a leaf must be. Only worth
  /// something where the chain has been verified before, such as in a TLS handshake.
  public var claimedID: SPIFFEID? { LeafCertificateRules.check(self.leaf).verified }
}
