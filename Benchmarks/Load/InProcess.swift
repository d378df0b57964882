import AuditStore
import ControlPlane
import Credentials
import Crypto
import Enrollment
import EventIndex
import Glibc
import Issuance
import KeyCustody
import OAuth
import RecordStore
import SPIFFE
import StrictJSON
import X509

/// The control plane without its edges: records in memory, and a real audit log on disk.
struct InProcess: Sendable {
  let plane: ControlPlane
  let evidence: Evidence
  let identity: SVIDIssuer.Identity

  private static let issuer = "http://127.0.0.1:1"
  private static let audience = "https://bench.example"

  static func open() async throws -> InProcess {
    var template = Array("/tmp/gatehouse-load-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw LoadError("no temporary folder") }
    let folder = String(cString: made)
    mkdir("\(folder)/log", 0o700)
    mkdir("\(folder)/spool", 0o700)
    let log = try await AuditStore.open(
      AuditStore.Configuration(
        folder: "\(folder)/log", scratch: "\(folder)/spool", origin: "bench.example/log",
        signingKey: Array(Curve25519.Signing.PrivateKey().rawRepresentation),
        now: { UInt64(LoadClock().now().milliseconds) }, clock: ContinuousClock()))
    let index = InMemoryEventIndex()
    guard let custodian = KeyEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)) else {
      throw LoadError("no key")
    }
    let trustDomain = try TrustDomain(parsing: "bench.example")
    let plane = try await ControlPlane.start(
      ControlPlaneParts(
        store: InMemoryRecordStore(), index: index,
        audit: LoggedAuditTrail(store: log, index: index), custodian: custodian,
        timing: Timing(clock: LoadClock(), pause: { try await Task.sleep(for: .milliseconds($0)) }),
        random: RandomSource {
          var generator = SystemRandomNumberGenerator()
          return generator.next()
        }, lifetimes: Lifetimes(), serverName: "bench", warn: { _ in }),
      trustDomain: trustDomain, issuer: Self.issuer)
    _ = try await plane.administration.apply(Self.change(), by: Administrator(uid: 0, rights: []))
    return InProcess(
      plane: plane,
      evidence: Evidence(attestor: "unix", facts: ["uid": ["1000"]], node: "embedded"),
      identity: .init(
        id: try SPIFFEID(parsing: "spiffe://bench.example/bench"), workload: "bench"))
  }

  func x509SVID() -> @Sendable () async throws -> Void {
    {
      let key = P256.Signing.PrivateKey(compactRepresentable: false)
      _ = try await self.plane.svids.issueX509SVID(
        for: self.identity, publicKey: Certificate.PublicKey(key.publicKey),
        evidence: self.evidence)
    }
  }

  func jwtSVID() -> @Sendable () async throws -> Void {
    {
      _ = try await self.plane.svids.issueJWTSVID(
        for: self.identity, audience: [Self.audience], evidence: self.evidence)
    }
  }

  func token() async throws -> @Sendable () async throws -> Void {
    let svid = try await self.plane.svids.issueJWTSVID(
      for: self.identity, audience: [Self.issuer], evidence: self.evidence)
    let body =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token="
      + svid.token.reveal()
      + "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
      + "&audience=https%3A%2F%2Fbench.example&scope=bench"
    let request = try TokenExchangeRequest(decoding: Array(body.utf8))
    return { _ = try await self.plane.tokens.exchange(request, from: TokenSender()) }
  }

  private static func change() -> ProposedChange {
    let contract = """
      openapi: 3.1.0
      info: {title: Bench, version: "1"}
      paths:
        /: {get: {operationId: root, security: [{w: [bench]}], responses: {"200": {description: ok}}}}
      components:
        securitySchemes:
          w: {type: oauth2, flows: {clientCredentials: {tokenUrl: /t, scopes: {bench: bench}}}}
      """
    return ProposedChange(
      documents: [
        ManifestDocument(
          kind: .workload, name: "bench",
          spec: [
            "path": "/bench", "owner": "bench", "purpose": "bench", "environment": "bench",
            "evidence": [["attestor": "unix", "match": ["uid": "1000"]]],
          ], contract: nil),
        ManifestDocument(
          kind: .service, name: "bench",
          spec: [
            "owner": "bench", "purpose": "bench", "exposure": "internal",
            "audience": .string(Self.audience), "routes": [["host": "bench.example"]],
            "upstream": "http://127.0.0.1:1", "contract": "bench.yaml",
          ], contract: contract),
      ],
      policies: [PolicyDocument(name: "bench", text: "permit (principal, action, resource);")],
      isDryRun: false, prunes: false)
  }
}

/// The system's wall clock.
struct LoadClock: WallClock {
  func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

struct LoadError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
