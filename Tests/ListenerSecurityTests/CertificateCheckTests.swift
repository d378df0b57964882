import Crypto
import HTTPMessages
import ListenerSecurity
import Logging
import SVIDTransport
import SwiftASN1
import Testing
import X509

@Suite("A server certificate")
struct CertificateCheckTests {
  private let authority: TestCertificates
  private let folder: TestFolder
  private let issued: TestCertificates.Issued

  init() throws {
    self.authority = try TestCertificates()
    self.folder = try TestFolder()
    self.issued = try self.authority.issue("a", names: [.dnsName("a.example")])
  }

  /// Why a listener with these files is refused, or nil.
  private func fault(
    chain: String?, key: String?, hosts: [String]? = nil, at now: Int64 = TestCertificates.now
  ) throws -> CertificateFault? {
    if let chain { try self.folder.write(chain, to: "chain.pem") }
    if let key { try self.folder.write(key, to: "key.pem") }
    return self.fault(
      CertificateSource(
        name: "a",
        place: .files(chain: self.folder.file("chain.pem"), key: self.folder.file("key.pem")),
        hosts: hosts), at: now)
  }

  private func fault(
    _ source: CertificateSource, at now: Int64 = TestCertificates.now
  ) -> CertificateFault? {
    do {
      _ = try ListenerSecurity(
        sources: [source], settings: ListenerSecuritySettings(), at: now,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
      return nil
    } catch let error as UnusableCertificate {
      return error.fault
    } catch {
      Issue.record(error)
      return nil
    }
  }

  private func pem(_ issued: TestCertificates.Issued) throws -> String {
    try self.authority.chainPEM(issued)
  }

  @Test("is accepted with its key in any of the usual forms")
  func keyForms() throws {
    let chain = try self.pem(self.issued)
    #expect(try self.fault(chain: chain, key: self.issued.keyPEM) == nil)
    let sec1 = try Certificate.PrivateKey(self.issued.key).serializeAsPEM().pemString
    #expect(try self.fault(chain: chain, key: sec1) == nil)
    // As `openssl ecparam -genkey` writes it.
    let parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    #expect(try self.fault(chain: chain, key: parameters + sec1) == nil)
    // Both in one file.
    #expect(try self.fault(chain: chain + sec1, key: chain + sec1) == nil)
  }

  @Test("is refused where a file is missing")
  func missing() throws {
    #expect(try self.fault(chain: nil, key: self.issued.keyPEM) == .certificateUnreadable)
    try self.folder.write(self.pem(self.issued), to: "chain.pem")
    #expect(
      self.fault(
        CertificateSource(
          name: "a",
          place: .files(chain: self.folder.file("chain.pem"), key: self.folder.file("none"))))
        == .keyUnreadable)
    #expect(
      self.fault(
        CertificateSource(name: "a", place: .files(chain: self.folder.path, key: "/dev/null")))
        == .certificateUnreadable)
  }

  @Test(
    "is refused where the file holds something else",
    arguments: [
      "", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "-----BEGIN CERTIFICATE-----\n", "-----BEGIN X-----\nAAAA\n-----END X-----\n",
      "-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n",
    ])
  func notACertificate(text: String) throws {
    let fault = try self.fault(chain: text, key: self.issued.keyPEM)
    #expect(fault == .noCertificate || fault == .certificateMalformed)
  }

  @Test("is refused where it is larger than any certificate")
  func tooLarge() throws {
    let large = String(repeating: "a", count: (1 << 20) + 1)
    #expect(try self.fault(chain: large, key: self.issued.keyPEM) == .fileTooLarge)
  }

  @Test(
    "is refused with a key that is none",
    arguments: [
      "", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ])
  func notAKey(text: String) throws {
    #expect(try self.fault(chain: self.pem(self.issued), key: text) == .keyMalformed)
  }

  @Test("is refused with an encrypted key")
  func encryptedKey() throws {
    let chain = try self.pem(self.issued)
    let new = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
    #expect(try self.fault(chain: chain, key: new) == .keyEncrypted)
    let old =
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n"
      + "-----END EC PRIVATE KEY-----\n"
    #expect(try self.fault(chain: chain, key: old) == .keyEncrypted)
  }

  @Test("is refused with another's key")
  func otherKey() throws {
    let other = try self.authority.issue("b", names: [.dnsName("b.example")])
    #expect(try self.fault(chain: self.pem(self.issued), key: other.keyPEM) == .keyDiffers)
  }

  @Test("is refused with a chain that is not one")
  func chainOrder() throws {
    let other = try TestCertificates()
    let chain =
      try self.issued.leaf.serializeAsPEM().pemString + "\n"
      + other.certificate.serializeAsPEM().pemString
    #expect(try self.fault(chain: chain, key: self.issued.keyPEM) == .chainOrder)
  }

  @Test("is refused before and after its time, and used in its first and last second")
  func time() throws {
    let issued = try self.authority.issue(
      "a", names: [.dnsName("a.example")], from: 1_000, until: 2_000)
    // The issuer's time is about the present.
    let leaf = try issued.leaf.serializeAsPEM().pemString
    #expect(try self.fault(chain: leaf, key: issued.keyPEM, at: 999) == .notYetValid)
    #expect(try self.fault(chain: leaf, key: issued.keyPEM, at: 1_000) == nil)
    #expect(try self.fault(chain: leaf, key: issued.keyPEM, at: 2_000) == nil)
    #expect(try self.fault(chain: leaf, key: issued.keyPEM, at: 2_001) == .expired)
  }

  @Test("is refused where it is for clients only")
  func usage() throws {
    let client = try self.authority.issue(
      "c", names: [.dnsName("a.example")], usage: .clientAuth)
    #expect(try self.fault(chain: self.pem(client), key: client.keyPEM) == .notForServers)
    let any = try self.authority.issue("c", names: [.dnsName("a.example")], usage: nil)
    #expect(try self.fault(chain: self.pem(any), key: any.keyPEM) == nil)
  }

  @Test("needs hosts, its own or configured ones")
  func hosts() throws {
    let nameless = try self.authority.issue("n", names: [])
    let chain = try self.pem(nameless)
    #expect(try self.fault(chain: chain, key: nameless.keyPEM) == .hostsMissing)
    #expect(try self.fault(chain: chain, key: nameless.keyPEM, hosts: []) == .hostsMissing)
    #expect(try self.fault(chain: chain, key: nameless.keyPEM, hosts: ["x.example"]) == nil)
    #expect(try self.fault(chain: chain, key: nameless.keyPEM, hosts: ["a b"]) == .hostMalformed)
  }

  @Test("may be the gateway's own SVID")
  func identity() throws {
    let identity = TransportIdentity(
      chain: [Array(try self.issued.leaf.serializeAsPEM().derBytes)],
      privateKey: Array(self.issued.key.derRepresentation))
    #expect(
      self.fault(CertificateSource(name: "svid", place: .identity { identity }, hosts: ["*"]))
        == nil)
    #expect(
      self.fault(CertificateSource(name: "svid", place: .identity { nil })) == .noCertificate)
  }

  @Test("must be there")
  func none() {
    #expect(throws: CertificateFault.noSource) {
      _ = try ListenerSecurity(
        sources: [], settings: ListenerSecuritySettings(), at: 0,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
  }
}

@Suite("The hosts of a certificate")
struct CertificateHostsTests {
  @Test(
    "are those that it names",
    arguments: [
      (["a.example"], "a.example", true), (["a.example"], "b.example", false),
      (["A.Example"], "a.example", true), (["a.example"], "a.example.", true),
      (["a.example."], "a.example", true), (["a.example"], "x.a.example", false),
      (["*.a.example"], "x.a.example", true), (["*.a.example"], "a.example", false),
      (["*.a.example"], "x.y.a.example", false), (["*.a.example"], ".a.example", false),
      (["127.0.0.1"], "127.0.0.1", true), (["::1"], "[::1]", true), (["[::1]"], "[::1]", true),
      (["*"], "anything.example", true), (["*"], "[::1]", true),
      (["a.example", "b.example"], "b.example", true),
      (["a.example"], "", false), (["*.a.example"], "", false), (["a.example"], ".", false),
    ])
  func hosts(names: [String], host: String, isAllowed: Bool) throws {
    #expect(try CertificateHosts(hosts: names).allows(host: host) == isAllowed)
  }

  @Test("can be listed, so that others may keep them")
  func patterns() throws {
    let hosts = try CertificateHosts(hosts: ["A.example", "*.b.example", "::1"])
    #expect(hosts.patterns == ["a.example", "*.b.example", "[::1]"])
    #expect(try CertificateHosts(hosts: ["a.example", "*"]).patterns == nil)
  }

  @Test("do not depend on the port")
  func port() throws {
    let authority = try #require(Authority("A.example:8443"))
    #expect(try CertificateHosts(hosts: ["a.example"]).allows(authority))
  }

  @Test(
    "are refused when malformed",
    arguments: [
      "", " ", "a b", "*.", "**", "*a.example", "a.*.example", "a.example:443", "a/b",
      "user@a", "*.*.example", "a..b", "é.example",
    ])
  func malformed(name: String) {
    #expect(throws: CertificateFault.hostMalformed) { try CertificateHosts(hosts: [name]) }
  }
}
