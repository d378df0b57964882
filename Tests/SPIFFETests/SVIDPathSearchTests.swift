import Crypto
import SPIFFE
import SwiftASN1
import Testing
import X509

extension UnverifiedX509SVID {
  /// Verifies in both ways, which must agree but for name constraints: the path search refuses them.
  func verifyTwice(
    bundle: X509Bundle, at now: Int64
  ) async -> SVIDVerification<VerifiedX509SVID> {
    let general = await self.verify(bundle: bundle, at: now)
    let search = self.verifyPath(bundle: bundle, at: now)
    let hasConstraints = self.intermediates.contains {
      $0.extensions.contains { $0.oid == .X509ExtensionID.nameConstraints }
    }
    if hasConstraints, general.verified != nil {
      #expect(search.refusal?.code == .pathNotValid)
    } else {
      // Which of two rules is named that a path breaks is each one's own affair.
      let isVague = [.noTrustedPath, .pathNotValid].contains(general.refusal?.code)
      #expect(isVague ? search.refusal != nil : search.refusal?.code == general.refusal?.code)
      #expect(search.verified?.chain == general.verified?.chain)
    }
    return general
  }
}

@Suite("Path search")
struct SVIDPathSearchTests {
  @Test("certificates that all bear one name and key end the search, and do not keep it busy")
  func factorial() throws {
    let pki = try TestPKI()
    var shape = CertificateShape.signing
    shape.basicConstraints = .isCertificateAuthority(maxPathLength: nil)
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let loop = try (0..<4).map { number in
      shape.notAfter = TestPKI.now + 3_600 + Int64(number)
      return try shape.certificate(publicKey: key.publicKey, issuer: shape.subject, key: key)
    }
    let leaf = try CertificateShape().certificate(
      publicKey: pki.publicKey, issuer: shape.subject, key: key)
    let svid = try UnverifiedX509SVID(chain: [leaf] + loop)
    #expect(svid.verifyPath(bundle: pki.bundle, at: TestPKI.now).refusal?.code == .noTrustedPath)
    let anchored = X509Bundle(trustDomain: pki.trustDomain, authorities: Array(loop.suffix(1)))
    #expect(svid.verifyPath(bundle: anchored, at: TestPKI.now).verified != nil)
  }

  @Test(
    "an unknown critical extension is refused wherever it stands; one that is not critical passes")
  func criticalExtension() async throws {
    let pki = try TestPKI()
    for isCritical in [true, false] {
      let unknown = Certificate.Extension(
        oid: [1, 3, 6, 1, 4, 1, 99999, 1], critical: isCritical, value: [5, 0])
      var leafShape = CertificateShape()
      leafShape.further = [unknown]
      let leaf = try UnverifiedX509SVID(
        chain: [try pki.certificate(leafShape), pki.intermediate.certificate])
      let leafVerdict = await leaf.verifyTwice(bundle: pki.bundle, at: TestPKI.now)
      #expect((leafVerdict.verified == nil) == isCritical)
      var signing = CertificateShape.signing
      signing.further = [unknown]
      let chain = try UnverifiedX509SVID(chain: try pki.chain(intermediate: signing))
      let verdict = await chain.verifyTwice(bundle: pki.bundle, at: TestPKI.now)
      #expect((verdict.verified == nil) == isCritical)
    }
  }

  @Test("the epoch of a bundle changes with its authorities and keys, and with nothing else")
  func epochs() throws {
    let (pki, other) = (try TestPKI(), try TestPKI())
    let again = X509Bundle(trustDomain: pki.trustDomain, authorities: [pki.root.certificate])
    #expect(pki.bundle.epoch == again.epoch)
    let more = X509Bundle(
      trustDomain: pki.trustDomain, authorities: [pki.root.certificate, other.root.certificate])
    #expect(Set([pki.bundle.epoch, other.bundle.epoch, more.epoch]).count == 3)
  }
}
