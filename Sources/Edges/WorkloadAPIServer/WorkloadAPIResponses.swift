import Credentials
import Crypto
import FoundationEssentials
import NodeAgent
import SPIFFE
import SPIFFEWorkloadAPI

extension X509SVIDResponse {
  init(_ context: X509Context) {
    self.init()
    let own = context.bundles.trustDomain
    let bundle = Data((context.bundles.x509Authorities[own] ?? []).joined())
    self.svids = context.svids.map { SPIFFEWorkloadAPI.X509SVID($0, bundle: bundle) }
    for (trustDomain, authorities) in context.bundles.x509Authorities where trustDomain != own {
      self.federatedBundles[trustDomain.id.description] = Data(authorities.joined())
    }
  }
}

extension SPIFFEWorkloadAPI.X509SVID {
  fileprivate init(_ svid: X509SVIDWithKey, bundle: Data) {
    self.init()
    self.spiffeID = svid.id.description
    self.x509Svid = Data(svid.certificates.joined())
    self.x509SvidKey = svid.privateKey.reveal().derRepresentation
    self.bundle = bundle
    self.hint = svid.hint
  }
}

extension X509BundlesResponse {
  init(_ bundles: TrustBundles) {
    self.init()
    for (trustDomain, authorities) in bundles.x509Authorities {
      self.bundles[trustDomain.id.description] = Data(authorities.joined())
    }
  }
}

extension JWTSVIDResponse {
  init(_ issued: [IssuedJWTSVID]) {
    self.init()
    self.svids = issued.map { svid in
      var answer = SPIFFEWorkloadAPI.JWTSVID()
      answer.spiffeID = svid.id.description
      answer.svid = svid.token.reveal()
      answer.hint = svid.hint
      return answer
    }
  }
}

extension JWTBundlesResponse {
  init(_ bundles: TrustBundles) {
    self.init()
    for (trustDomain, keys) in bundles.jwtKeySets {
      self.bundles[trustDomain.id.description] = Data(keys)
    }
  }
}
