/// How long things live, in seconds.
package struct Lifetimes: Hashable, Sendable {
  package var x509SVID: Int64 = 3600
  package var jwtSVID: Int64 = 300
  /// The signing certificate of one server.
  package var intermediate: Int64 = 86_400
  package var root: Int64 = 5 * 365 * 86_400
  /// A signing key is replaced after this long.
  package var signingKey: Int64 = 7 * 86_400
  /// A signing key is published this long before its first use.
  package var publishedBeforeUse: Int64 = 900
  /// How far a certificate's validity begins in the past, for clocks that lag.
  package var backdating: Int64 = 10

  package init() {}

  /// The end of a leaf certificate: its own lifetime, but never beyond its issuer.
  package func leafExpiry(now: Int64, issuerExpiry: Int64) -> Int64 {
    min(now + self.x509SVID, issuerExpiry)
  }

  /// Whether a server needs a new intermediate: half of its life is over.
  package func intermediateIsDue(notBefore: Int64, notAfter: Int64, now: Int64) -> Bool {
    now >= notBefore + (notAfter - notBefore) / 2
  }
}
