import Audit
package import Credentials
import Distribution
package import EventIndex
package import Issuance
package import RecordStore
package import SPIFFE

/// What the control plane is made of.
package struct ControlPlaneParts: Sendable {
  package var store: any RecordStore
  package var index: any EventIndex
  package var audit: any AuditTrail
  package var custodian: any KeyCustodian
  package var timing: Timing
  package var random: RandomSource
  package var lifetimes: Lifetimes
  package var serverName: String
  package var senderProofs = SenderProofSettings()
  /// Tells the operator something that should not wait for a look into the log.
  package var warn: @Sendable (String) -> Void

  package init(
    store: any RecordStore, index: any EventIndex, audit: any AuditTrail,
    custodian: any KeyCustodian, timing: Timing, random: RandomSource, lifetimes: Lifetimes,
    serverName: String, warn: @escaping @Sendable (String) -> Void
  ) {
    self.store = store
    self.index = index
    self.audit = audit
    self.custodian = custodian
    self.timing = timing
    self.random = random
    self.lifetimes = lifetimes
    self.serverName = serverName
    self.warn = warn
  }
}

/// The control plane: the issuance decision point, which never sees a request, and the use cases
/// around it. Each use case is a value of its own; this puts them together once.
package struct ControlPlane: Sendable {
  package let svids: SVIDIssuer
  package let tokens: TokenExchange
  package let documents: Publications
  package let administration: RecordAdministration
  package let revocation: Revocation
  package let observation: ControlPlaneObservation
  package let feed: FeedHub
  package let admission: GatewayAdmission
  package let identityChanges: IdentityChanges
  package let refusals: AttestationRefusals
  package let upkeep: Upkeep
  private let keeper: WorldKeeper

  /// What decides at this moment.
  package var world: World { self.keeper.current }

  /// Starts from what the records hold; at the first start it writes the installation's settings and
  /// makes its keys.
  ///
  /// - Throws: `InstallationMismatch` when the records belong to another trust domain or issuer.
  package static func start(
    _ parts: ControlPlaneParts, trustDomain: TrustDomain, issuer: String
  ) async throws -> ControlPlane {
    try await Installation.establish(parts.store, trustDomain: trustDomain, issuer: issuer)
    let keeper = try await WorldKeeper(store: parts.store)
    let plane = ControlPlane(parts, keeper: keeper)
    try await plane.upkeep.once()
    // The index may lag behind the log after a crash; what was issued must not look foreign then.
    try await parts.audit.flush()
    try await plane.svids.ledger.load(from: parts.index, now: parts.timing.clock.now().seconds)
    return plane
  }

  private init(_ parts: ControlPlaneParts, keeper: WorldKeeper) {
    let ring = KeyRing(custodian: parts.custodian)
    let ledger = IssuanceLedger()
    let roster = GatewayRoster()
    let documents = Publications(
      keeper: keeper, mutualTLSTokenEndpoint: parts.senderProofs.mutualTLSTokenEndpoint)
    let admission = GatewayAdmission(keeper: keeper, ledger: ledger)
    let clock = parts.timing.clock
    let authority = CertificateAuthority(
      keeper: keeper, custodian: parts.custodian, audit: parts.audit, clock: clock,
      random: parts.random, lifetimes: parts.lifetimes, serverName: parts.serverName)
    let rotation = KeyRotation(
      keeper: keeper, ring: ring, audit: parts.audit, clock: clock, random: parts.random,
      lifetimes: parts.lifetimes, serverName: parts.serverName)
    self.svids = SVIDIssuer(
      keeper: keeper, ring: ring, authority: authority, ledger: ledger, audit: parts.audit,
      timing: parts.timing, random: parts.random, lifetimes: parts.lifetimes,
      serverName: parts.serverName)
    self.tokens = TokenExchange(
      keeper: keeper, ring: ring, documents: documents, ledger: ledger, audit: parts.audit,
      timing: parts.timing, random: parts.random, serverName: parts.serverName,
      senders: SenderProofs(
        settings: parts.senderProofs, random: parts.random, now: clock.now().seconds,
        admission: admission))
    self.documents = documents
    self.keeper = keeper
    self.administration = RecordAdministration(
      keeper: keeper, ledger: ledger, roster: roster, audit: parts.audit, timing: parts.timing)
    self.revocation = Revocation(
      keeper: keeper, ledger: ledger, roster: roster, rotation: rotation, authority: authority,
      audit: parts.audit, timing: parts.timing, random: parts.random)
    self.observation = ControlPlaneObservation(
      keeper: keeper, index: parts.index, ledger: ledger, roster: roster, audit: parts.audit,
      timing: parts.timing, serverName: parts.serverName, startedAt: clock.now())
    self.feed = FeedHub(
      keeper: keeper, store: parts.store, index: parts.index, audit: parts.audit, roster: roster,
      admission: admission,
      detector: ForeignCredentialDetector(
        ledger: ledger, index: parts.index, audit: parts.audit, timing: parts.timing,
        warn: parts.warn),
      timing: parts.timing)
    self.admission = admission
    self.identityChanges = IdentityChanges(
      keeper: keeper, store: parts.store, authority: authority, documents: documents,
      ledger: ledger)
    self.refusals = AttestationRefusals(
      audit: parts.audit, timing: parts.timing, serverName: parts.serverName)
    self.upkeep = Upkeep(
      rotation: rotation, authority: authority, keeper: keeper, timing: parts.timing,
      warn: parts.warn)
  }
}
