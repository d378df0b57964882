import Crypto
import Foundation
import SPIFFE
import SwiftASN1
import Testing
import X509

@Suite("X.509-SVID")
struct X509SVIDTests {
  @Test("an SVID of our templates verifies, with id, serial, digest and times")
  func good() async throws {
    let pki = try TestPKI()
    let leaf = try pki.template().signed(by: pki.intermediate)
    let svid = try UnverifiedX509SVID(chain: [leaf, pki.intermediate.certificate])
    let verified = try #require(
      await svid.verifyTwice(bundle: pki.bundle, at: TestPKI.now).verified)
    #expect(verified.id.description == "spiffe://example.org/workload")
    #expect(verified.serialNumber == leaf.serialNumberHexadecimal)
    #expect(verified.serialNumber.utf8.count == 32)
    #expect(verified.digest == Array(SHA256.hash(data: leaf.tbsCertificateBytes)))
    #expect(verified.notBefore == TestPKI.now - 3_600)
    #expect(verified.notAfter == TestPKI.now + 3_600)
    #expect(verified.publicKey == pki.publicKey)
    #expect(verified.chain == [leaf, pki.intermediate.certificate, pki.root.certificate])
  }

  @Test("an SVID that the root signed itself verifies")
  func directlyUnderRoot() async throws {
    let pki = try TestPKI()
    let leaf = try pki.template().signed(by: pki.root)
    let svid = try UnverifiedX509SVID(chain: [leaf])
    #expect(await svid.verifyTwice(bundle: pki.bundle, at: TestPKI.now).verified != nil)
  }

  static let leaves: [Verdict] = [
    Verdict("good-leaf", nil) { _ in },
    Verdict("good-leaf-subject-and-name-not-critical", nil) {
      $0.subject = CertificateShape.signing.subject
      $0.isAlternativeNameCritical = false
    },
    Verdict("good-leaf-no-basic-constraints", nil) { $0.basicConstraints = nil },
    Verdict("good-leaf-no-extended-key-usage", nil) { $0.extendedKeyUsage = nil },
    Verdict("good-leaf-extended-key-usage-critical", nil) { $0.isExtendedKeyUsageCritical = true },
    Verdict("good-leaf-without-authority-key-identifier", nil) { $0.further = [] },
    Verdict("good-leaf-dots-segment", nil) { $0.uriNames = ["spiffe://example.org/..."] },
    Verdict("wrong-leaf-no-name", .subjectAlternativeNameMissing) {
      $0.uriNames = []
      $0.subject = CertificateShape.signing.subject
    },
    Verdict("wrong-leaf-two-uri-names", .severalURINames) {
      $0.uriNames = ["spiffe://example.org/workload", "spiffe://example.org/other"]
    },
    Verdict("wrong-leaf-second-uri-name-not-spiffe", .severalURINames) {
      $0.uriNames = ["spiffe://example.org/workload", "https://example.org"]
    },
    Verdict("wrong-leaf-same-uri-name-twice", .severalURINames) {
      $0.uriNames = ["spiffe://example.org/workload", "spiffe://example.org/workload"]
    },
    Verdict("wrong-leaf-not-spiffe", .invalidSPIFFEID) { $0.uriNames = ["https://example.org/a"] },
    Verdict("wrong-leaf-uppercase-domain", .invalidSPIFFEID) {
      $0.uriNames = ["spiffe://EXAMPLE.org/workload"]
    },
    Verdict("wrong-leaf-newline", .invalidSPIFFEID) {
      $0.uriNames = ["spiffe://example.org/workload\n"]
    },
    Verdict("wrong-leaf-zero-byte", .invalidSPIFFEID) {
      $0.uriNames = ["spiffe://example.org/workload\0.example.com"]
    },
    Verdict("wrong-leaf-percent", .invalidSPIFFEID) {
      $0.uriNames = ["spiffe://example.org/%77orkload"]
    },
    Verdict("wrong-leaf-root-path", .rootPathInLeaf) { $0.uriNames = ["spiffe://example.org"] },
    Verdict("wrong-leaf-root-path-slash", .invalidSPIFFEID) {
      $0.uriNames = ["spiffe://example.org/"]
    },
    Verdict("wrong-leaf-name-not-critical", .subjectAlternativeNameNotCritical) {
      $0.isAlternativeNameCritical = false
    },
    Verdict("wrong-leaf-ca-true", .leafIsAuthority) {
      $0.basicConstraints = .isCertificateAuthority(maxPathLength: nil)
    },
    Verdict("wrong-leaf-no-key-usage", .keyUsageMissing) { $0.keyUsage = nil },
    Verdict("wrong-leaf-key-usage-not-critical", .keyUsageNotCritical) {
      $0.isKeyUsageCritical = false
    },
    Verdict("wrong-leaf-no-digital-signature", .digitalSignatureMissing) {
      $0.keyUsage = KeyUsage(keyEncipherment: true)
    },
    Verdict("wrong-leaf-key-cert-sign", .leafSignsCertificates) {
      $0.keyUsage = KeyUsage(digitalSignature: true, keyCertSign: true)
    },
    Verdict("wrong-leaf-crl-sign", .leafSignsRevocationLists) {
      $0.keyUsage = KeyUsage(digitalSignature: true, cRLSign: true)
    },
    Verdict("wrong-leaf-server-auth-only", .extendedKeyUsageIncomplete) {
      $0.extendedKeyUsage = [.serverAuth]
    },
    Verdict("wrong-leaf-client-auth-only", .extendedKeyUsageIncomplete) {
      $0.extendedKeyUsage = [.clientAuth]
    },
    Verdict("wrong-leaf-any-usage-only", .extendedKeyUsageIncomplete) {
      $0.extendedKeyUsage = [.any]
    },
    Verdict("wrong-leaf-expired", .expired) { $0.notAfter = TestPKI.now - 1 },
    Verdict("good-leaf-last-second", nil) { $0.notAfter = TestPKI.now },
    Verdict("wrong-leaf-not-yet-valid", .notYetValid) { $0.notBefore = TestPKI.now + 1 },
    Verdict("good-leaf-first-second", nil) { $0.notBefore = TestPKI.now },
    Verdict("wrong-leaf-foreign-domain", .unknownTrustDomain) {
      $0.uriNames = ["spiffe://example.com/workload"]
    },
    Verdict("wrong-leaf-unknown-critical-extension", .noTrustedPath) {
      $0.further = [
        Certificate.Extension(oid: [1, 2, 3, 4], critical: true, value: [0x05, 0x00])
      ]
    },
    Verdict("wrong-leaf-malformed-key-usage", .malformedExtension) {
      $0.keyUsage = nil
      $0.further = [
        Certificate.Extension(
          oid: .X509ExtensionID.keyUsage, critical: true, value: [0x30, 0x03, 0x01])
      ]
    },
  ]

  @Test("a leaf is accepted or refused by its shape", arguments: leaves)
  func leaf(_ verdict: Verdict) async throws {
    let pki = try TestPKI()
    var shape = CertificateShape()
    try verdict.change(&shape)
    let leaf = try pki.certificate(shape)
    let svid = try UnverifiedX509SVID(chain: [leaf, pki.intermediate.certificate])
    let refusal = await svid.verifyTwice(bundle: pki.bundle, at: TestPKI.now).refusal
    #expect(refusal?.code == verdict.code)
  }

  static let intermediates: [Verdict] = [
    Verdict("good-intermediate", nil) { _ in },
    Verdict("good-intermediate-no-name", nil) { $0.uriNames = [] },
    Verdict("good-intermediate-extended-key-usage", nil) {
      $0.extendedKeyUsage = [.serverAuth, .clientAuth]
    },
    Verdict("wrong-intermediate-other-trust-domain", .signingCertificateTrustDomain) {
      $0.uriNames = ["spiffe://example.com"]
    },
    Verdict("wrong-intermediate-path", .signingCertificateName) {
      $0.uriNames = ["spiffe://example.org/workload"]
    },
    Verdict("wrong-intermediate-two-names", .signingCertificateName) {
      $0.uriNames = ["spiffe://example.org", "spiffe://example.org"]
    },
    Verdict("wrong-intermediate-ca-false", .signingCertificateNotAuthority) {
      $0.basicConstraints = .notCertificateAuthority
    },
    Verdict("wrong-intermediate-no-basic-constraints", .signingCertificateNotAuthority) {
      $0.basicConstraints = nil
    },
    Verdict("wrong-intermediate-no-key-usage", .signingCertificateKeyUsage) { $0.keyUsage = nil },
    Verdict("wrong-intermediate-no-key-cert-sign", .signingCertificateKeyUsage) {
      $0.keyUsage = KeyUsage(cRLSign: true)
    },
    Verdict("wrong-intermediate-key-usage-not-critical", .signingCertificateKeyUsage) {
      $0.isKeyUsageCritical = false
    },
    Verdict("wrong-intermediate-email-only", .signingCertificateExtendedKeyUsage) {
      $0.extendedKeyUsage = [.emailProtection]
    },
    Verdict("good-intermediate-constrained-to-domain", nil) {
      $0.further = [try nameConstraints(permitted: ["example.org"])]
    },
    Verdict("wrong-intermediate-constrained-to-other-domain", .pathNotValid) {
      $0.further = [try nameConstraints(permitted: ["example.com"])]
    },
    Verdict("wrong-intermediate-constrained-from-domain", .pathNotValid) {
      $0.further = [try nameConstraints(excluded: ["example.org"])]
    },
    Verdict("wrong-intermediate-expired", .expired) { $0.notAfter = TestPKI.now - 1 },
    Verdict("wrong-intermediate-not-yet-valid", .notYetValid) { $0.notBefore = TestPKI.now + 1 },
  ]

  @Test("a chain is accepted or refused by the shape of its intermediate", arguments: intermediates)
  func intermediate(_ verdict: Verdict) async throws {
    let pki = try TestPKI()
    var shape = CertificateShape.signing
    try verdict.change(&shape)
    let svid = try UnverifiedX509SVID(chain: try pki.chain(intermediate: shape))
    let refusal = await svid.verifyTwice(bundle: pki.bundle, at: TestPKI.now).refusal
    #expect(refusal?.code == verdict.code)
  }

  @Test("a chain longer than the intermediate's path length allows is refused")
  func pathLength() async throws {
    let pki = try TestPKI()
    let subKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let sub = try CertificateShape.signing.certificate(
      publicKey: subKey.publicKey, issuer: pki.intermediate.certificate.subject,
      key: pki.intermediateKey)
    let leaf = try CertificateShape().certificate(
      publicKey: pki.publicKey, issuer: sub.subject, key: subKey)
    let svid = try UnverifiedX509SVID(chain: [leaf, sub, pki.intermediate.certificate])
    let refusal = await svid.verifyTwice(bundle: pki.bundle, at: TestPKI.now).refusal
    #expect(refusal?.code == .pathNotValid)
  }

  @Test("a leaf without its intermediate, and one that a stranger signed, have no trusted path")
  func noPath() async throws {
    let pki = try TestPKI()
    let stranger = try TestPKI()
    let leaf = try pki.template().signed(by: pki.intermediate)
    let alone = try UnverifiedX509SVID(chain: [leaf])
    #expect(
      await alone.verifyTwice(bundle: pki.bundle, at: TestPKI.now).refusal?.code == .noTrustedPath)
    let forged = try stranger.template().signed(by: stranger.intermediate)
    let svid = try UnverifiedX509SVID(
      chain: [forged, stranger.intermediate.certificate, stranger.root.certificate])
    #expect(
      await svid.verifyTwice(bundle: pki.bundle, at: TestPKI.now).refusal?.code == .noTrustedPath)
  }

  @Test("a leaf that names the issuer but is signed with another key has no trusted path")
  func wrongSignature() async throws {
    let pki = try TestPKI()
    let leaf = try CertificateShape().certificate(
      publicKey: pki.publicKey, issuer: pki.root.certificate.subject,
      key: Certificate.PrivateKey(P256.Signing.PrivateKey()))
    let svid = try UnverifiedX509SVID(chain: [leaf])
    #expect(
      await svid.verifyTwice(bundle: pki.bundle, at: TestPKI.now).refusal?.code == .noTrustedPath)
  }

  @Test("an authority of one trust domain cannot vouch for another")
  func bundlesAreNotMerged() async throws {
    let own = try TestPKI()
    let foreign = try TestPKI("example.com")
    var shape = CertificateShape()
    shape.uriNames = ["spiffe://example.org/workload"]
    let leaf = try shape.certificate(
      publicKey: own.publicKey, issuer: foreign.root.certificate.subject, key: foreign.rootKey)
    let bundles = try TrustBundleSet([Self.bundle(foreign), Self.bundle(own)])
    let svid = try UnverifiedX509SVID(chain: [leaf])
    #expect(await svid.verify(bundles: bundles, at: TestPKI.now).refusal?.code == .noTrustedPath)
    let good = try UnverifiedX509SVID(chain: [try own.template().signed(by: own.root)])
    #expect(await good.verify(bundles: bundles, at: TestPKI.now).verified != nil)
  }

  @Test("without a bundle, or with an empty one, nothing is trusted")
  func emptyBundle() async throws {
    let pki = try TestPKI()
    let svid = try UnverifiedX509SVID(chain: [try pki.template().signed(by: pki.root)])
    #expect(
      await svid.verify(bundles: TrustBundleSet(), at: TestPKI.now).refusal?.code
        == .unknownTrustDomain)
    let empty = X509Bundle(trustDomain: pki.trustDomain, authorities: [])
    #expect(await svid.verifyTwice(bundle: empty, at: TestPKI.now).refusal?.code == .noTrustedPath)
  }

  @Test("an expired root anchors nothing; the ends of time are refused, not trapped")
  func rootTimes() async throws {
    let pki = try TestPKI()
    let svid = try UnverifiedX509SVID(chain: [try pki.template().signed(by: pki.root)])
    #expect(await svid.verifyTwice(bundle: pki.bundle, at: .max).refusal?.code == .expired)
    #expect(await svid.verifyTwice(bundle: pki.bundle, at: .min).refusal?.code == .notYetValid)
    var shape = CertificateShape.signing
    shape.notAfter = TestPKI.now - 1
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let root = try shape.certificate(publicKey: key.publicKey, issuer: shape.subject, key: key)
    let leaf = try CertificateShape().certificate(
      publicKey: pki.publicKey, issuer: shape.subject, key: key)
    let expired = X509Bundle(trustDomain: pki.trustDomain, authorities: [root])
    let chain = try UnverifiedX509SVID(chain: [leaf])
    #expect(await chain.verifyTwice(bundle: expired, at: TestPKI.now).refusal?.code == .expired)
  }

  @Test("an authority whose name ends in a slash, as in the standard's example, is accepted")
  func authorityWithSlash() async throws {
    let pki = try TestPKI()
    var shape = CertificateShape.signing
    shape.uriNames = ["spiffe://example.org/"]
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let root = try shape.certificate(publicKey: key.publicKey, issuer: shape.subject, key: key)
    let leaf = try CertificateShape().certificate(
      publicKey: pki.publicKey, issuer: shape.subject, key: key)
    let bundle = X509Bundle(trustDomain: pki.trustDomain, authorities: [root])
    let svid = try UnverifiedX509SVID(chain: [leaf])
    #expect(await svid.verifyTwice(bundle: bundle, at: TestPKI.now).verified != nil)
  }

  @Test("a self-signed leaf that somebody put into the bundle is refused")
  func leafInBundle() async throws {
    let pki = try TestPKI()
    var shape = CertificateShape()
    shape.subject = CertificateShape.signing.subject
    let key = Certificate.PrivateKey(pki.leafKey)
    let leaf = try shape.certificate(publicKey: pki.publicKey, issuer: shape.subject, key: key)
    let bundle = X509Bundle(trustDomain: pki.trustDomain, authorities: [leaf])
    let svid = try UnverifiedX509SVID(chain: [leaf])
    #expect(await svid.verifyTwice(bundle: bundle, at: TestPKI.now).refusal != nil)
  }

  @Test("a chain of no certificate or of too many is malformed")
  func chainLength() throws {
    let pki = try TestPKI()
    let leaf = try pki.template().signed(by: pki.root)
    #expect(throws: MalformedCertificates.self) { try UnverifiedX509SVID(chain: []) }
    #expect(throws: MalformedCertificates.self) {
      try UnverifiedX509SVID(chain: Array(repeating: leaf, count: 6))
    }
    let der = try leaf.derEncoded()
    #expect(throws: MalformedCertificates.self) {
      try UnverifiedX509SVID(chainDER: Array(repeating: der, count: 100_000))
    }
  }

  private static func nameConstraints(
    permitted: [String] = [], excluded: [String] = []
  ) throws -> Certificate.Extension {
    let constraints = NameConstraints(
      permittedSubtrees: permitted.map { .uniformResourceIdentifier($0) },
      excludedSubtrees: excluded.map { .uniformResourceIdentifier($0) })
    return try Certificate.Extension(constraints, critical: true)
  }

  static func bundle(_ pki: TestPKI) throws -> TrustBundle {
    try TrustBundle(
      x509: pki.bundle, jwt: JWTBundle(trustDomain: pki.trustDomain, keys: []), sequence: nil,
      refreshHint: nil)
  }
}
