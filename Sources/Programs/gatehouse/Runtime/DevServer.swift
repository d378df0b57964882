import AuditStore
import ControlPlane
import ControlPlaneAPI
import ControlPlaneServer
import Credentials
import Distribution
import Issuance
import KeyCustody
import Logging
import NIOPosix
import NodeAgent
import OAuth
import PolicyReview
import RecordStore
import SPIFFE
import SQLiteStore
import SVIDTransport
import SecretFiles
import ServiceLifecycle
import UnixSignals
import WorkloadAPIServer
import WorkloadAttestation

/// Server and node agent in one process, with the gateway as its child: the same parts, the same
/// feed and the same protocol as in production.
struct DevServer: Sendable {
  let folder: StateFolder
  private let lock: StateLock
  private let settings: DevSettings
  private let store: SQLiteRecordStore
  private let log: ServerLog
  private let plane: ControlPlane
  private let agent: NodeAgent
  private let issuer: EmbeddedIssuer
  private let identity: ServerIdentity
  private let index: SQLiteEventIndex
  private let administrators: DevOptions.Administrators
  private let logger: Logger

  static let node = "embedded"

  /// Opens the state and brings the control plane up, without serving anybody yet.
  static func open(_ options: DevOptions, logger: Logger) async throws -> DevServer {
    let (folder, lock) = try StateFolder.open(options.state)
    DevEnvironmentFile(folder: folder).remove()
    try Self.checkSocketPaths(folder)
    let store = try SQLiteRecordStore(path: folder.records)
    let settings = try await DevSettings.settle(options, store: store)
    let anyKey = try RecordKey(form: RecordForm.sealedKey, name: "any")
    let sealed = try await store.scan(anyKey.kind, after: nil, limit: 1)
    let custodian = try KeyEncryptionKey.open(
      file: SecretFile(path: folder.keyEncryptionKey, purpose: "the key-encryption key"),
      isFirstStart: sealed.isEmpty)
    let index = try SQLiteEventIndex(path: folder.index)
    let log = try await ServerLog.open(
      folder, origin: "\(settings.trustDomain)/log/server",
      key: try await ServerLog.key(store, custodian: custodian), index: index, logger: logger)
    var parts = ControlPlaneParts(
      store: store, index: index, audit: log.trail, custodian: custodian, timing: .system,
      random: .system, lifetimes: Lifetimes(), serverName: "server",
      warn: { logger.warning("\($0)") })
    parts.senderProofs.nonceSlot = options.dpopNonce ? 300 : nil
    parts.senderProofs.mutualTLSTokenEndpoint = settings.mutualTLSURL + PublicPath.token
    let plane = try await ControlPlane.start(
      parts, trustDomain: settings.trustDomain, issuer: settings.issuer)
    let issuer = EmbeddedIssuer(plane: plane, node: Self.node)
    let identity = try await ServerIdentity(
      plane: plane, id: try Self.ownID(settings.trustDomain, "server"), node: Self.node,
      clock: SystemClock())
    return DevServer(
      folder: folder, lock: lock, settings: settings, store: store, log: log, plane: plane,
      agent: Self.agent(issuer, logger: logger), issuer: issuer, identity: identity, index: index,
      administrators: options.administrators, logger: logger)
  }

  /// The control plane, for what is to be done before anybody is served.
  var administration: any Administration { self.plane.administration }

  var trustDomain: TrustDomain { self.settings.trustDomain }

  /// Serves until a signal says to stop. `whenReady` is told the environment once all parts serve.
  func run(whenReady: @escaping @Sendable (DevEnvironmentFile.Values) async throws -> Void)
    async throws
  {
    let group = MultiThreadedEventLoopGroup.singleton
    let counters = RequestCounters()
    let feed = try self.feedServer()
    let workloadAPI = try WorkloadAPIServer(
      path: self.folder.workloadSocket, agent: self.agent, identification: ProcessTable())
    let admin = AdminListener(
      socket: try AdminSocket(
        path: self.folder.adminSocket, adminUID: self.administrators.adminUID,
        adminRights: Set(self.administrators.adminRight)),
      ports: AdminPorts(
        administration: self.plane.administration, revocations: self.plane.revocation,
        observation: self.plane.observation,
        policies: PolicyReview(index: self.index, plane: self.plane)),
      counters: counters, eventLoopGroup: group, logger: self.logger, onListening: {})
    let api = PublicListener(
      host: self.settings.api.host, port: self.settings.api.port,
      ports: PublicPorts(
        tokens: self.plane.tokens, documents: self.plane.documents, missing: { [] }),
      counters: counters, eventLoopGroup: group, logger: self.logger, onListening: { _ in })
    // Stopped in reverse: first nobody asks any more, last the log is closed.
    let services: [any Service] = [
      self.log, Upkeeping(upkeep: self.plane.upkeep), self.identity, feed,
      AgentService(agent: self.agent), workloadAPI, api, try self.tokenListener(counters), admin,
      GatewayStart(server: self, feed: feed, whenReady: whenReady),
    ]
    let serviceGroup = ServiceGroup(
      configuration: .init(
        services: services.map { .init(service: $0) },
        gracefulShutdownSignals: [.sigterm, .sigint], logger: self.logger))
    defer { DevEnvironmentFile(folder: self.folder).remove() }
    try await serviceGroup.run()
    await self.store.close()
    withExtendedLifetime(self.lock) {}
  }

  /// Ends what `open` began, when it comes to no run.
  func close() async throws {
    try await self.log.store.close()
    await self.store.close()
  }

  private func tokenListener(_ counters: RequestCounters) throws -> TokenListener {
    let plane = self.plane
    let identity = self.identity
    let peer = PeerVerification(
      bundles: { try plane.identityChanges.trustBundles() },
      now: { SystemClock().now().seconds }, isWanted: { _ in true },
      isRevoked: { plane.admission.isRevoked($0) })
    return TokenListener(
      host: self.settings.mutualTLS.host, port: self.settings.mutualTLS.port,
      uri: try DPoPTargetURI(parsing: self.settings.mutualTLSURL + PublicPath.token),
      tokens: plane.tokens,
      tls: try MutualTLS(
        identity: { identity.current }, peer: peer, applicationProtocols: ["http/1.1"]),
      counters: counters, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: self.logger, onListening: { _ in })
  }

  private func feedServer() throws -> GatewayFeedServer {
    let plane = self.plane
    let identity = self.identity
    return try GatewayFeedServer(
      host: "127.0.0.1", port: 0, feed: plane.feed, identity: { identity.current },
      peer: PeerVerification(
        bundles: { try plane.identityChanges.trustBundles() },
        now: { SystemClock().now().seconds },
        isWanted: { plane.admission.mayFollow($0) },
        isRevoked: { plane.admission.isRevoked($0) }))
  }

  /// Starts the gateway once the feed listens, and says so once it decides by the newest revision.
  private struct GatewayStart: Service {
    let server: DevServer
    let feed: GatewayFeedServer
    let whenReady: @Sendable (DevEnvironmentFile.Values) async throws -> Void

    func run() async throws {
      let server = self.server
      let id = try DevServer.ownID(server.settings.trustDomain, "gateway")
      server.plane.admission.admit(id)
      let configuration = GatewayConfigurationFile(
        listen: server.settings.gateway, feedPort: try await self.feed.port,
        serverID: try DevServer.ownID(server.settings.trustDomain, "server"),
        trustDomain: server.settings.trustDomain, folder: server.folder)
      try configuration.write()
      let child = GatewayChild(
        executable: try OwnExecutable.sibling("gatehouse-gateway"),
        configuration: server.folder.gatewayConfiguration, agent: server.agent,
        identity: { server.issuer.entitled(id, workload: "gateway") }, logger: server.logger)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await child.run() }
        group.addTask { try await cancelWhenGracefulShutdown { try await self.announce() } }
        try await group.waitForAll()
      }
    }

    private func announce() async throws {
      while !self.server.plane.observation.hasCurrentGateway
        || !PortProbe.isAnswered(self.server.settings.gateway)
        || !PortProbe.isAnswered(self.server.settings.api)
        || !PortProbe.isAnswered(self.server.settings.mutualTLS)
      {
        try await Task.sleep(for: .milliseconds(20))
      }
      try await self.whenReady(self.server.environment)
    }
  }

  private var environment: DevEnvironmentFile.Values {
    DevEnvironmentFile.Values(
      url: self.settings.issuer, issuer: self.settings.issuer,
      trustDomain: self.settings.trustDomain.description,
      gatewayURL: "http://\(self.settings.gateway)",
      mutualTLSURL: self.settings.mutualTLSURL, adminSocket: self.folder.adminSocket,
      workloadSocket: self.folder.workloadSocket)
  }

  /// The identity of one of the control plane's own parts.
  static func ownID(_ trustDomain: TrustDomain, _ part: String) throws -> SPIFFEID {
    try SPIFFEID(trustDomain: trustDomain, segments: ["gatehouse", part])
  }

  private static func agent(_ issuer: EmbeddedIssuer, logger: Logger) -> NodeAgent {
    NodeAgent(
      node: Self.node, attestor: UnixAttestor(), issuer: issuer, clock: SystemClock(),
      ownUID: .allowedWithWarning(uid: OwnExecutable.uid) { warning in
        logger.warning(
          "a process of the server's own user was given an identity; only `dev` allows that",
          metadata: ["path": "\(warning.path)"])
      })
  }

  private static func checkSocketPaths(_ folder: StateFolder) throws {
    for path in [folder.adminSocket, folder.workloadSocket] where path.utf8.count > 107 {
      throw CommandFailure(
        "the socket path \(path) has \(path.utf8.count) bytes, and 107 are possible: "
          + "name a shorter state folder with --state")
    }
  }
}

/// Runs the control plane's upkeep until shutdown.
private struct Upkeeping: Service {
  let upkeep: Upkeep

  func run() async throws {
    await cancelWhenGracefulShutdown { try? await self.upkeep.run() }
  }
}

/// Runs the node agent until shutdown.
private struct AgentService: Service {
  let agent: NodeAgent

  func run() async throws {
    await cancelWhenGracefulShutdown { await self.agent.run() }
  }
}
