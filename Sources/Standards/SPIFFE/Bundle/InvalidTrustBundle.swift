/// A document or a list of keys is not a bundle, and why. Nothing of it is repeated.
public struct InvalidTrustBundle: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case notJSON, notAnObject, keysMissing, notAKey, keyTypeMissing
    case sequence, refreshHint
    case certificate, certificateNotAuthority, certificateKey, certificateKeyID
    case keyID, repeatedKeyID, keyUse, unusableKey
    case trustDomains, trustDomainName, repeatedTrustDomain, differentTrustDomains
  }

  public let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  public var description: String {
    switch self.reason {
    case .notJSON: "a bundle is JSON in UTF-8 in which no member is repeated"
    case .notAnObject: "a bundle is a JSON object"
    case .keysMissing: "a bundle has an array `keys`"
    case .notAKey: "each element of `keys` is a JSON object"
    case .keyTypeMissing: "each element of `keys` has a `kty`"
    case .sequence: "`spiffe_sequence` is an integer that is not negative"
    case .refreshHint: "`spiffe_refresh_hint` is an integer number of seconds, not negative"
    case .certificate: "`x5c` holds certificates in base64 of DER"
    case .certificateNotAuthority: "an `x509-svid` key holds the certificate of an authority"
    case .certificateKey: "an `x509-svid` key is the key of the certificate that it holds"
    case .certificateKeyID: "an `x509-svid` key has no `kid`"
    case .keyID: "a `jwt-svid` key has a `kid`"
    case .repeatedKeyID: "no two `jwt-svid` keys have one `kid`"
    case .keyUse: "the keys of a JWT bundle have the use `jwt-svid`"
    case .unusableKey: "a key cannot be used to verify SVIDs"
    case .trustDomains: "a bundle map has an object `trust_domains`"
    case .trustDomainName: "a bundle map's members are names of trust domains"
    case .differentTrustDomains: "a bundle is of one trust domain"
    case .repeatedTrustDomain: "no two bundles are of one trust domain"
    }
  }
}
