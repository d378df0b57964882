import Credentials
import Crypto
import Enrollment
import JOSE
import NodeAgent
import SPIFFE
import StrictJSON
import Synchronization
import X509

/// A control plane in memory: it signs real SVIDs, under rules of the form "this user has this
/// identity".
final class TestAuthority: IdentityIssuer {
  struct Unreachable: Error {}

  private struct State {
    var identities: [String: [EntitledIdentity]] = [:]
    var isReachable = true
    var refusals: [RefusedPeer] = []
    var subscribers: [AsyncStream<Void>.Continuation] = []
    var generator = SystemRandomNumberGenerator()
  }

  let trustDomain: TrustDomain
  private let clock: any WallClock
  private let root: Certificate
  private let intermediate: X509SigningAuthority
  private let jwtSigner: ES256Signer
  private let jwtKeys: [UInt8]
  private let state = Mutex(State())

  init(clock: any WallClock) throws {
    self.clock = clock
    self.trustDomain = try TrustDomain(parsing: "example.org")
    let now = clock.now().seconds
    var generator = SystemRandomNumberGenerator()
    let rootKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let validity = try CertificateValidity(notBefore: now - 3600, notAfter: now + 86_400)
    self.root = try X509RootTemplate(
      trustDomain: self.trustDomain, serial: CertificateSerial(using: &generator),
      validity: validity
    ).selfSigned(with: rootKey)
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let certificate = try X509IntermediateTemplate(
      trustDomain: self.trustDomain, publicKey: key.publicKey,
      serial: CertificateSerial(using: &generator), validity: validity
    ).signed(by: X509SigningAuthority(certificate: self.root, key: rootKey))
    self.intermediate = try X509SigningAuthority(certificate: certificate, key: key)
    let jwtKey = P256.Signing.PrivateKey()
    self.jwtSigner = ES256Signer(key: jwtKey, keyID: "jwt-1")
    let point = Array(jwtKey.publicKey.x963Representation.dropFirst())
    let jwk: JSONObject = [
      "kty": "EC", "crv": "P-256", "kid": "jwt-1", "use": "jwt-svid",
      "x": .string(Base64URL.encode(Array(point.prefix(32)))),
      "y": .string(Base64URL.encode(Array(point.suffix(32)))),
    ]
    self.jwtKeys = JSONWebKeySet(keys: [try JSONWebKey(jwk)]).serialized()
  }

  // What a test sets and looks at.

  var refusals: [RefusedPeer] { self.state.withLock { $0.refusals } }

  func set(_ names: [String], forUser uid: UInt32) throws {
    let identities = try names.map { name in
      EntitledIdentity(
        id: try SPIFFEID(trustDomain: self.trustDomain, path: "/\(name)"), workloadName: name,
        hint: name)
    }
    self.state.withLock { $0.identities[String(uid)] = identities }
  }

  func set(reachable: Bool) { self.state.withLock { $0.isReachable = reachable } }

  func tellOfChange() {
    for subscriber in self.state.withLock({ $0.subscribers }) { subscriber.yield() }
  }

  /// A token of another time or for another audience, signed with the real key.
  func token(
    id: String, audience: [String], issuedAt: Int64, expiresAt: Int64
  ) throws -> String {
    try JWTSVIDClaims(
      id: SPIFFEID(parsing: id), audience: audience, issuedAt: issuedAt, expiresAt: expiresAt,
      jwtID: "jti", issuer: nil
    ).signed(by: self.jwtSigner).compact
  }

  // The port.

  func identities(for evidence: Evidence) async throws -> [EntitledIdentity] {
    try self.state.withLock { state in
      guard state.isReachable else { throw Unreachable() }
      return evidence.facts["uid"]?.first.flatMap { state.identities[$0] } ?? []
    }
  }

  func issueX509SVID(
    for identity: EntitledIdentity, publicKey: P256.Signing.PublicKey, evidence: Evidence
  ) async throws -> X509SVIDGrant {
    let now = self.clock.now().seconds
    let serial = self.state.withLock { CertificateSerial(using: &$0.generator) }
    let leaf = try X509SVIDTemplate(
      id: identity.id, publicKey: Certificate.PublicKey(publicKey), serial: serial,
      validity: CertificateValidity(notBefore: now - 10, notAfter: now + 3600)
    ).signed(by: self.intermediate)
    return X509SVIDGrant(
      certificates: [
        try CertificateSequence.serialize([leaf]),
        try CertificateSequence.serialize([self.intermediate.certificate]),
      ],
      expiresAt: Instant(seconds: now + 3600), id: try CredentialID(serial.description))
  }

  func issueJWTSVID(
    for identity: EntitledIdentity, audience: [String], evidence: Evidence
  ) async throws -> JWTSVIDGrant {
    let now = self.clock.now().seconds
    let token = try self.token(
      id: identity.id.description, audience: audience, issuedAt: now, expiresAt: now + 300)
    return JWTSVIDGrant(token: token, expiresAt: Instant(seconds: now + 300))
  }

  func trustBundles() async throws -> TrustBundles {
    TrustBundles(
      trustDomain: self.trustDomain,
      x509Authorities: [self.trustDomain: [try CertificateSequence.serialize([self.root])]],
      jwtKeySets: [self.trustDomain: self.jwtKeys])
  }

  func changes() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.state.withLock { $0.subscribers.append(continuation) }
    return stream
  }

  func recordRefusal(_ refusal: RefusedPeer) async {
    self.state.withLock { $0.refusals.append(refusal) }
  }
}
