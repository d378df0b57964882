import Crypto
import SPIFFE
import SwiftASN1
import Testing
import X509

@Suite("Certificates")
struct CertificateTests {
  @Test("the leaf's template follows the rules for leaves")
  func leaf() throws {
    let pki = try TestPKI()
    let leaf = try pki.template(dnsNames: ["orders.example"]).signed(by: pki.intermediate)
    let names = try #require(try leaf.extensions.subjectAlternativeNames)
    #expect(
      Array(names) == [
        .uniformResourceIdentifier("spiffe://example.org/workload"), .dnsName("orders.example"),
      ])
    #expect(leaf.subject.isEmpty)
    #expect(leaf.extensions[oid: .X509ExtensionID.subjectAlternativeName]?.critical == true)
    #expect(leaf.extensions[oid: .X509ExtensionID.keyUsage]?.critical == true)
    #expect(try leaf.extensions.keyUsage == KeyUsage(digitalSignature: true))
    #expect(try leaf.extensions.basicConstraints == .notCertificateAuthority)
    let usage = try #require(try leaf.extensions.extendedKeyUsage)
    #expect(Array(usage) == [.serverAuth, .clientAuth])
    let authority = try #require(try leaf.extensions.authorityKeyIdentifier)
    let issuer = try #require(try pki.intermediate.certificate.extensions.subjectKeyIdentifier)
    #expect(authority.keyIdentifier == issuer.keyIdentifier)
    #expect(leaf.issuer == pki.intermediate.certificate.subject)
  }

  @Test("root and intermediate follow the rules for signing certificates")
  func signing() throws {
    let pki = try TestPKI()
    for (certificate, pathLength) in [
      (pki.root.certificate, 1), (pki.intermediate.certificate, 0),
    ] {
      #expect(
        try certificate.extensions.basicConstraints
          == .isCertificateAuthority(maxPathLength: pathLength))
      #expect(try certificate.extensions.keyUsage == KeyUsage(keyCertSign: true, cRLSign: true))
      #expect(certificate.extensions[oid: .X509ExtensionID.keyUsage]?.critical == true)
      let names = try #require(try certificate.extensions.subjectAlternativeNames)
      #expect(Array(names) == [.uniformResourceIdentifier("spiffe://example.org")])
      #expect(!certificate.subject.isEmpty)
    }
    #expect(pki.root.certificate.subject == pki.root.certificate.issuer)
    #expect(try pki.root.certificate.extensions.authorityKeyIdentifier == nil)
  }

  @Test("nothing outlives its issuer, at either end")
  func outlives() throws {
    let pki = try TestPKI()
    for (from, to) in [(-43_201, 60), (-60, 43_201)] as [(Int64, Int64)] {
      let validity = try CertificateValidity(
        notBefore: TestPKI.now + from, notAfter: TestPKI.now + to)
      let template = try pki.template(validity: validity)
      #expect(throws: CertificateTemplateError.outlivesIssuer) {
        try template.signed(by: pki.intermediate)
      }
    }
  }

  @Test("an authority does not sign for another trust domain")
  func otherTrustDomain() throws {
    let pki = try TestPKI()
    let other = try TestPKI("example.com")
    let template = try other.template()
    #expect(throws: CertificateTemplateError.issuerTrustDomain) {
      try template.signed(by: pki.intermediate)
    }
  }

  @Test("what cannot be a leaf, a validity, or an authority is refused")
  func refusals() throws {
    let pki = try TestPKI()
    #expect(throws: CertificateTemplateError.idWithoutPath) { try pki.template("") }
    for name in ["", "*.example", "EXAMPLE", "a..b", "-a", "a-", "a b", "a\n", "ä.example"] {
      #expect(throws: CertificateTemplateError.invalidDNSName) {
        try pki.template(dnsNames: [name])
      }
    }
    for (from, to) in [(2, 1), (-1, 1), (0, 253_402_300_800), (.min, .max)] as [(Int64, Int64)] {
      #expect(throws: CertificateTemplateError.invalidValidity) {
        try CertificateValidity(notBefore: from, notAfter: to)
      }
    }
    let leaf = try pki.template().signed(by: pki.intermediate)
    #expect(throws: CertificateTemplateError.issuerIsNotAuthority) {
      try X509SigningAuthority(certificate: leaf, key: Certificate.PrivateKey(pki.leafKey))
    }
    #expect(throws: CertificateTemplateError.keyDoesNotMatchCertificate) {
      try X509SigningAuthority(certificate: pki.root.certificate, key: pki.intermediateKey)
    }
  }

  @Test("a validity to the end of time can be written and read back")
  func latest() throws {
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let validity = try CertificateValidity(notBefore: 0, notAfter: CertificateValidity.latest)
    let root = try X509RootTemplate(
      trustDomain: TrustDomain(parsing: "example.org"), serial: TestPKI.serial(),
      validity: validity
    ).selfSigned(with: key)
    #expect(root.notBeforeSeconds == 0)
    #expect(root.notAfterSeconds == CertificateValidity.latest)
  }

  @Test("serial numbers are positive and have 32 digits that are the certificate's")
  func serials() throws {
    for _ in 0..<200 {
      let serial = TestPKI.serial()
      #expect(serial.description.utf8.count == 32)
      #expect("4567".contains(serial.description.prefix(1)))
    }
    let pki = try TestPKI()
    let serial = TestPKI.serial()
    let leaf = try X509SVIDTemplate(
      id: SPIFFEID(trustDomain: pki.trustDomain, path: "/a"), publicKey: pki.publicKey,
      serial: serial, validity: TestPKI.validity(60)
    ).signed(by: pki.intermediate)
    #expect(leaf.serialNumberHexadecimal == serial.description)
    #expect(try pki.certificate(CertificateShape()).serialNumberHexadecimal == "1267")
  }

  @Test("certificates are read from one sequence of DER and written back")
  func sequence() throws {
    let pki = try TestPKI()
    let chain = [
      try pki.template().signed(by: pki.intermediate), pki.intermediate.certificate,
      pki.root.certificate,
    ]
    let bytes = try CertificateSequence.serialize(chain)
    #expect(try CertificateSequence.parse(bytes) == chain)
    #expect(try CertificateSequence.parse([]).isEmpty)
    #expect(try UnverifiedX509SVID(concatenatedDER: bytes).leaf == chain[0])
    #expect(try Certificate(strictDER: chain[0].derEncoded()) == chain[0])
  }

  @Test("a cut, padded or foreign sequence of DER is malformed, wherever it is cut")
  func malformedSequence() throws {
    let pki = try TestPKI()
    let bytes = try pki.root.certificate.derEncoded()
    for length in 1..<bytes.count {
      #expect(throws: MalformedCertificates.self) {
        try CertificateSequence.parse(Array(bytes.prefix(length)))
      }
    }
    let hostile: [[UInt8]] = [
      bytes + [0], [0] + bytes, [0x30], [0x30, 0x80], [0x30, 0x80, 0, 0], [0x30, 0x00],
      [0x30, 0x85, 1, 1, 1, 1, 1], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x31, 0x00],
      [0x30, 0xFF], Array("-----BEGIN CERTIFICATE-----".utf8),
      Array(repeating: 0x30, count: 1 << 20), Array(repeating: 0, count: (1 << 20) + 1),
    ]
    for bytes in hostile {
      #expect(throws: MalformedCertificates.self) { try CertificateSequence.parse(bytes) }
      #expect(throws: MalformedCertificates.self) { try Certificate(strictDER: bytes) }
    }
  }

  @Test("one changed bit never leaves a certificate that verifies")
  func changedByte() async throws {
    let pki = try TestPKI()
    let leaf = try pki.template().signed(by: pki.root)
    let bytes = try leaf.derEncoded()
    for position in bytes.indices {
      for bit: UInt8 in [0x01, 0x80] {
        var changed = bytes
        changed[position] ^= bit
        guard let svid = try? UnverifiedX509SVID(chainDER: [changed]) else { continue }
        let outcome = await svid.verify(bundle: pki.bundle, at: TestPKI.now)
        #expect(outcome.verified == nil, "bit \(bit) at \(position)")
      }
    }
  }
}
