import Credentials
import Crypto
import FoundationEssentials
import HTTPMessages
import Inspection
import JOSE
import OAuth
import SPIFFE
import StrictJSON
import TestIssuers
import Testing
import X509

@Suite("Client certificates")
struct ClientCertificateTests {
  private let root: X509SigningAuthority
  private let other: X509SigningAuthority
  private let domain: TrustDomain
  private static let now: Int64 = 1_000_100

  init() throws {
    self.domain = try TrustDomain(parsing: "example.org")
    self.root = try Self.authority(self.domain)
    self.other = try Self.authority(self.domain)
  }

  private static func authority(_ domain: TrustDomain) throws -> X509SigningAuthority {
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    var generator = SystemRandomNumberGenerator()
    let certificate = try X509RootTemplate(
      trustDomain: domain, serial: CertificateSerial(using: &generator),
      validity: CertificateValidity(notBefore: 0, notAfter: 9_000_000)
    ).selfSigned(with: key)
    return try X509SigningAuthority(certificate: certificate, key: key)
  }

  private func certificate(
    _ path: String = "/shop/checkout", from: Int64 = now - 100, to: Int64 = now + 100,
    signer: X509SigningAuthority? = nil, of domain: TrustDomain? = nil
  ) throws -> ClientCertificateFacts {
    var generator = SystemRandomNumberGenerator()
    let leaf = try X509SVIDTemplate(
      id: try SPIFFEID(trustDomain: domain ?? self.domain, path: path),
      publicKey: Certificate.PublicKey(P256.Signing.PrivateKey().publicKey),
      serial: CertificateSerial(using: &generator),
      validity: CertificateValidity(notBefore: from, notAfter: to), dnsNames: []
    ).signed(by: signer ?? self.root)
    return try ClientCertificateFacts(leaf: try leaf.derEncoded(), intermediates: [])
  }

  private func situation(
    _ certificate: ClientCertificateFacts?, names: ServerNameScope = .all,
    authorities: [X509SigningAuthority]? = nil
  ) throws -> Situation {
    var situation = Situation()
    situation.connection = ConnectionFacts(
      source: "192.0.2.1", isSecure: true, serverNames: names, clientCertificate: certificate)
    situation.bundles = try TrustBundleSet([
      try TrustBundle(
        x509: X509Bundle(
          trustDomain: self.domain, authorities: (authorities ?? [self.root]).map(\.certificate)),
        jwt: try JWTBundle(trustDomain: self.domain, keys: []), sequence: nil, refreshHint: nil)
    ])
    return situation
  }

  @Test("an X.509-SVID is an identity without scopes, by serial and digest")
  func identity() throws {
    let certificate = try self.certificate()
    var situation = try self.situation(certificate)
    #expect(
      try situation.inspect(authorization: nil).refusal?.code == "scope/insufficient-scope")
    situation.enforcement = [.scope: .off]
    let credential = try #require(
      try situation.inspect(authorization: nil).permit?.caller.credential)
    #expect(credential.kind == .x509SVID)
    #expect(credential.id.description == certificate.chain.leaf.serialNumberHexadecimal)
    #expect(credential.digest.bytes == certificate.chain.leaf.tbsCertificateDigest)
    #expect(credential.principal.description == "spiffe://example.org/shop/checkout")
    #expect(try situation.inspect(authorization: nil).permit != nil)
    #expect(situation.memory.hits == 1)
  }

  @Test("its times are looked at for every request, remembered or not")
  func times() throws {
    let certificate = try self.certificate()
    var situation = try self.situation(certificate)
    situation.enforcement = [.scope: .off]
    #expect(try situation.inspect(authorization: nil).permit != nil)
    situation.now = Instant(seconds: Self.now + 100)
    #expect(try situation.inspect(authorization: nil).permit != nil)
    situation.now = Instant(seconds: Self.now + 101)
    #expect(try situation.inspect(authorization: nil).refusal?.name == "token-expired")
    situation.now = Instant(seconds: Self.now - 101)
    #expect(try situation.inspect(authorization: nil).refusal?.name == "token-not-yet-valid")
    let expired = try self.situation(try self.certificate(to: Self.now - 1))
    #expect(try expired.inspect(authorization: nil).refusal?.name == "token-expired")
  }

  @Test(
    "what is revoked, unknown or of a stranger is refused, and remembered paths end with the bundle"
  )
  func refused() throws {
    let certificate = try self.certificate()
    var situation = try self.situation(certificate)
    let workload = try SPIFFEID(parsing: "spiffe://example.org/shop/checkout")
    let serial = certificate.chain.leaf.serialNumberHexadecimal
    let views: [(RevocationView, String)] = [
      (RevocationView(credentials: [try CredentialID(serial)]), "token-revoked"),
      (RevocationView(cutoffs: [Principal(workload): Self.now]), "workload-revoked"),
      (RevocationView(keys: [self.root.certificate.serialNumberHexadecimal]), "key-revoked"),
      (RevocationView(), "insufficient-scope"),
    ]
    for (view, name) in views {
      situation.revocations = view
      #expect(try situation.inspect(authorization: nil).refusal?.name == name)
    }
    situation.bundles = try self.situation(certificate, authorities: [self.other]).bundles
    #expect(try situation.inspect(authorization: nil).refusal?.name == "certificate-not-accepted")
    situation.bundles = TrustBundleSet()
    #expect(try situation.inspect(authorization: nil).refusal?.name == "trust-domain-unknown")
    let stranger = try self.situation(try self.certificate(signer: self.other))
    #expect(try stranger.inspect(authorization: nil).refusal?.status.code == 401)
    let nobody = try self.situation(try self.certificate("/nobody"))
    #expect(try nobody.inspect(authorization: nil).refusal?.name == "workload-unknown")
  }

  @Test(
    "an open operation stays open to a stranger's certificate, and knows one that it can verify")
  func anonymous() throws {
    let request = "GET /status HTTP/1.1\nHost: orders.example"
    let stranger = try self.situation(try self.certificate(signer: self.other))
    #expect(try stranger.inspect(request).permit?.caller == .anonymous)
    var known = try self.situation(try self.certificate())
    known.enforcement = [.scope: .off]
    #expect(try known.inspect(request).permit?.caller.credential?.kind == .x509SVID)
  }

  @Test("with a token it is the token's proof, and no second credential")
  func proof() throws {
    let certificate = try self.certificate()
    let situation = try self.situation(certificate)
    let thumbprint: JSONValue = .string(certificate.thumbprint.description)
    let bound = try situation.issuer.token(["cnf": .object(["x5t#S256": thumbprint])])
    let credential = try #require(try situation.inspect(token: bound).permit?.caller.credential)
    #expect(credential.kind == .accessToken)
    let unbound = try situation.issuer.token()
    #expect(try situation.inspect(token: unbound).permit?.caller.credential?.kind == .accessToken)
    for without in [nil, try self.certificate()] {
      let refusal = try self.situation(without).with(situation.issuer).inspect(token: bound).refusal
      #expect(refusal?.code == "credential/binding-mismatch")
    }
    // A certificate of nobody whom we know proves its key all the same (RFC 8705 section 3).
    let far = try TrustDomain(parsing: "example.net")
    let strange = try self.certificate(signer: try Self.authority(far), of: far)
    var other = try self.situation(strange)
    other.senderConstraint = .mutualTLS
    let toStrange = try other.issuer.token([
      "cnf": .object(["x5t#S256": .string(strange.thumbprint.description)])
    ])
    #expect(try other.inspect(token: toStrange).permit != nil)
    #expect(
      try other.inspect(token: other.issuer.token()).refusal?.name == "binding-required")
  }

  private func bound(
    _ certificate: ClientCertificateFacts, _ situation: Situation
  ) throws -> InspectionResult {
    let thumbprint: JSONValue = .string(certificate.thumbprint.description)
    return try situation.inspect(
      token: situation.issuer.token(["cnf": .object(["x5t#S256": thumbprint])]))
  }

  @Test("a token is bound to no certificate that has expired, whoever issued it")
  func boundToExpired() throws {
    let far = try TrustDomain(parsing: "example.net")
    let stranger = try Self.authority(far)
    for (signer, domain) in [(self.root, self.domain), (stranger, far)] {
      for (from, to, name): (Int64, Int64, String?) in [
        (-100, -1, "token-expired"), (1, 100, "token-not-yet-valid"), (0, 0, nil),
      ] {
        let certificate = try self.certificate(
          from: Self.now + from, to: Self.now + to, signer: signer, of: domain)
        let result = try self.bound(certificate, try self.situation(certificate))
        #expect(result.refusal?.name == name, "\(domain) \(from)")
      }
    }
  }

  @Test("a token is bound to no certificate that is revoked or not vouched for, and ends with it")
  func boundToRevoked() throws {
    let certificate = try self.certificate()
    var situation = try self.situation(certificate)
    let credential = try #require(
      try self.bound(certificate, situation).permit?.caller.credential)
    #expect(try !situation.world().refuses(credential))
    let serial = certificate.chain.leaf.serialNumberHexadecimal
    for view in [
      RevocationView(credentials: [try CredentialID(serial)]),
      RevocationView(keys: [self.root.certificate.serialNumberHexadecimal]),
    ] {
      situation.revocations = view
      #expect(try self.bound(certificate, situation).refusal?.status.code == 401)
      #expect(try situation.world().refuses(credential))
    }
    situation.revocations = RevocationView()
    situation.bundles = try self.situation(nil, authorities: [self.root, self.other]).bundles
    #expect(try !situation.world().refuses(credential), "an authority came")
    situation.bundles = try self.situation(nil, authorities: [self.other]).bundles
    #expect(try situation.world().refuses(credential))
    #expect(
      try self.bound(certificate, situation).refusal?.name == "certificate-not-accepted")
  }

  @Test("a service that demands DPoP takes no certificate instead")
  func constraint() throws {
    var situation = try self.situation(try self.certificate())
    situation.enforcement = [.scope: .off]
    for (constraint, isAccepted) in [
      (SenderConstraint.none, true), (.required, true), (.mutualTLS, true), (.dpop, false),
    ] {
      situation.senderConstraint = constraint
      #expect((try situation.inspect(authorization: nil).permit != nil) == isAccepted)
    }
  }

  @Test(
    "a Host that does not belong to the TLS name is misdirected",
    arguments: [
      (ServerNameScope.all, true), (.hosts(["orders.example"]), true),
      (.hosts(["*.example"]), true),
      (.hosts(["a.example"]), false), (.hosts(["*.orders.example"]), false), (.hosts(["*"]), false),
      (.hosts([]), false), (.hosts(["*.*"]), false),
    ])
  func misdirected(_ names: ServerNameScope, _ isAllowed: Bool) throws {
    let situation = try self.situation(nil, names: names)
    let refusal = try situation.inspect(token: situation.issuer.token()).refusal
    #expect((refusal?.status.code == 421) == !isAllowed)
    if !isAllowed { #expect(refusal?.code == "host/misdirected") }
  }
}

extension Situation {
  /// The same with the keys of another issuer of the same name.
  func with(_ issuer: TestIssuer) throws -> Situation {
    var situation = self
    situation.ownKeys = .available(try issuer.issuerKeys())
    return situation
  }
}
