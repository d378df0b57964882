package import Credentials
import Crypto
import FoundationEssentials
package import SPIFFE
import SPIFFEWorkloadAPI

/// An X.509-SVID with its key, as the Workload API handed it over.
package struct FetchedX509SVID: Sendable {
  package let id: SPIFFEID
  package let chain: UnverifiedX509SVID
  /// PKCS#8 in DER.
  package let privateKey: Redacted<[UInt8]>
  /// The authorities of the identity's own trust domain.
  package let bundle: X509Bundle
  /// What the identity is for, when there are several; may be empty.
  package let hint: String
}

/// The full set of what a process may use and should trust; each replaces the one before.
package struct FetchedX509Context: Sendable {
  /// At least one; the first is the default identity.
  package let svids: [FetchedX509SVID]
  /// Of other trust domains.
  package let federatedBundles: [X509Bundle]
}

/// A JWT-SVID, as the Workload API handed it over.
package struct FetchedJWTSVID: Sendable {
  package let id: SPIFFEID
  package let token: Redacted<String>
  /// What the identity is for, when there are several; may be empty.
  package let hint: String
}

extension FetchedX509Context {
  init(_ response: X509SVIDResponse) throws(WorkloadAPIClientError) {
    guard !response.svids.isEmpty else { throw .malformedAnswer }
    do {
      self.svids = try response.svids.map { try FetchedX509SVID($0) }
      self.federatedBundles = try response.federatedBundles.map { name, bytes in
        X509Bundle(
          trustDomain: try SPIFFEID(parsing: name).trustDomain,
          authorities: try CertificateSequence.parse(Array(bytes)))
      }
    } catch {
      throw .malformedAnswer
    }
  }
}

extension FetchedX509SVID {
  fileprivate init(_ svid: SPIFFEWorkloadAPI.X509SVID) throws {
    self.id = try SPIFFEID(parsing: svid.spiffeID)
    self.chain = try UnverifiedX509SVID(concatenatedDER: Array(svid.x509Svid))
    guard !svid.x509SvidKey.isEmpty, !svid.bundle.isEmpty else {
      throw WorkloadAPIClientError.malformedAnswer
    }
    self.privateKey = Redacted(Array(svid.x509SvidKey))
    self.bundle = try X509Bundle(
      trustDomain: self.id.trustDomain, concatenatedDER: Array(svid.bundle))
    self.hint = svid.hint
  }
}

extension FetchedJWTSVID {
  init(_ svid: SPIFFEWorkloadAPI.JWTSVID) throws(WorkloadAPIClientError) {
    guard !svid.svid.isEmpty, let id = try? SPIFFEID(parsing: svid.spiffeID) else {
      throw .malformedAnswer
    }
    self.id = id
    self.token = Redacted(svid.svid)
    self.hint = svid.hint
  }
}
