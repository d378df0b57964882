import Audit
import Credentials
import Crypto
import Distribution
import Issuance
import JOSE
import RecordStore
import SPIFFE
import Synchronization
import X509

/// The X.509 authorities of the trust domain: a root that lasts, in the bundle, and a short-lived
/// intermediate of this server, which signs leaves and travels in their chain.
final class CertificateAuthority: Sendable {
  struct Intermediate: Sendable {
    let authority: X509SigningAuthority
    let notBefore: Int64
    let notAfter: Int64
  }

  private let keeper: WorldKeeper
  private let custodian: any KeyCustodian
  private let audit: any AuditTrail
  private let clock: any WallClock
  private let random: RandomSource
  private let lifetimes: Lifetimes
  private let serverName: String
  private let intermediate = Mutex<Intermediate?>(nil)

  init(
    keeper: WorldKeeper, custodian: any KeyCustodian, audit: any AuditTrail,
    clock: any WallClock, random: RandomSource, lifetimes: Lifetimes, serverName: String
  ) {
    self.keeper = keeper
    self.custodian = custodian
    self.audit = audit
    self.clock = clock
    self.random = random
    self.lifetimes = lifetimes
    self.serverName = serverName
  }

  /// Makes the root at the first start, and an intermediate whenever one is due or was revoked.
  func run() async throws {
    try await self.createRootIfMissing()
    let now = self.clock.now()
    let revoked = self.keeper.current.revocations.keys
    let isDue = self.intermediate.withLock { current in
      current.map {
        revoked.contains($0.authority.certificate.serialNumberHexadecimal)
          || self.lifetimes.intermediateIsDue(
            notBefore: $0.notBefore, notAfter: $0.notAfter, now: now.seconds)
      } ?? true
    }
    if isDue { try await self.renewIntermediate(now) }
  }

  /// The signing certificate of this server.
  func signingAuthority() throws -> Intermediate {
    guard let current = self.intermediate.withLock({ $0 }) else {
      throw AdministrationError(.unavailable, "no signing certificate is ready yet")
    }
    return current
  }

  /// Whether this is the serial number of the certificate that signs now.
  func isCurrent(_ serial: String) -> Bool {
    self.intermediate.withLock { $0?.authority.certificate.serialNumberHexadecimal == serial }
  }

  private func createRootIfMissing() async throws {
    let now = self.clock.now()
    let (_, created) = try await self.keeper.change { world, _, transaction -> String? in
      guard !world.authorities.values.contains(where: { $0.notAfter > now.seconds }) else {
        return nil
      }
      var random = self.random
      let key = P256.Signing.PrivateKey(compactRepresentable: false)
      let serial = CertificateSerial(using: &random)
      let certificate = try X509RootTemplate(
        trustDomain: world.trustDomain, serial: serial,
        validity: CertificateValidity(
          notBefore: now.seconds - self.lifetimes.backdating,
          notAfter: now.seconds + self.lifetimes.root)
      ).selfSigned(with: Certificate.PrivateKey(key))
      let name = serial.description
      let sealed = try self.custodian.seal(
        Array(key.rawRepresentation), context: Self.context(name))
      transaction.put(
        try RecordKey(form: RecordForm.authority, name: name),
        AuthorityRecord(
          certificate: Base64URL.encode(try certificate.derEncoded()),
          notAfter: certificate.notAfterSeconds
        ).bytes)
      transaction.put(
        try RecordKey(form: RecordForm.sealedKey, name: name),
        SealedKeyRecord(sealed: Base64URL.encode(sealed)).bytes)
      return name
    }
    if let created { try await self.record(.keyCreated, "x509-root", created, now) }
  }

  private func renewIntermediate(_ now: Instant) async throws {
    let root = try self.root()
    var random = self.random
    let key = Certificate.PrivateKey(P256.Signing.PrivateKey(compactRepresentable: false))
    let serial = CertificateSerial(using: &random)
    let notAfter = min(
      now.seconds + self.lifetimes.intermediate, root.certificate.notAfterSeconds)
    let notBefore = max(
      now.seconds - self.lifetimes.backdating, root.certificate.notBeforeSeconds)
    let certificate = try X509IntermediateTemplate(
      trustDomain: self.keeper.current.trustDomain, publicKey: key.publicKey, serial: serial,
      validity: CertificateValidity(notBefore: notBefore, notAfter: notAfter)
    ).signed(by: root)
    try await self.record(.keyCreated, "x509-intermediate", serial.description, now)
    let fresh = Intermediate(
      authority: try X509SigningAuthority(certificate: certificate, key: key),
      notBefore: notBefore, notAfter: notAfter)
    self.intermediate.withLock { $0 = fresh }
  }

  /// The root that lasts longest, opened for one signature.
  private func root() throws -> X509SigningAuthority {
    let world = self.keeper.current
    guard let (name, record) = world.authorities.max(by: { $0.value.notAfter < $1.value.notAfter }),
      let sealed = self.keeper.image[RecordForm.sealedKey, name]
    else { throw AdministrationError(.unavailable, "the trust domain has no root key here") }
    let raw = try self.custodian.open(
      try Base64URL.decode(SealedKeyRecord(bytes: sealed.value).sealed),
      context: Self.context(name))
    return try X509SigningAuthority(
      certificate: Certificate(strictDER: try Base64URL.decode(record.certificate)),
      key: Certificate.PrivateKey(P256.Signing.PrivateKey(rawRepresentation: raw)))
  }

  private func record(
    _ type: EventType, _ kind: String, _ name: String, _ now: Instant
  ) async throws {
    var event = AuditEvent(
      type: type, time: now, actor: .init(kind: .server, id: self.serverName))
    event.subject = .init(kind: kind, name: name, change: type.name)
    try await self.audit.record([event])
  }

  private static func context(_ name: String) -> String { "x509-root/\(name)" }
}
