import AsyncHTTPClient
import AuditStore
import ControlPlaneClient
import Credentials
import FoundationEssentials
import Gateway
import GatewayProxy
import Logging
import NIOCore
import NIOPosix
import SPIFFE
import SVIDTransport
import SecretFiles
import ServiceLifecycle
import UnixSignals
import WorkloadAPIClient

/// Puts the parts together and runs them until the gateway is told to end.
struct GatewayProgram {
  let configuration: GatewayConfiguration
  /// Where it was read.
  let file: String
  let logKey: LogKey

  func run() async throws {
    let logger = Logger(label: "gatehouse-gateway") { StreamLogHandler.standardError(label: $0) }
    OpenFiles.raiseLimit()
    if self.configuration.exitWithParent { try ParentWatch.awaitStart() }
    let store = try await self.openLog(logger)
    let parts = self.parts(store, logger)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
    switch self.configuration.mode {
    case .connected(let connected):
      try await self.run(connected, store, parts, group, logger)
    case .standalone:
      try await self.runAlone(store, parts, group, logger)
    }
    try await group.shutdownGracefully()
  }

  private func run(
    _ connected: GatewayConfiguration.Connected, _ store: AuditStore, _ parts: FeedFollower.Parts,
    _ group: MultiThreadedEventLoopGroup, _ logger: Logger
  ) async throws {
    let identity = OwnIdentity(
      client: try WorkloadAPIClient(socketPath: connected.workloadAPI),
      trustDomain: connected.trustDomain, logger: logger)
    let follower = FeedFollower(
      link: self.link(connected.controlPlane, identity), name: self.configuration.name,
      leeway: self.configuration.clockLeeway, parts: parts)
    try await self.run(
      [
        AuditLogService(store), identity, follower, parts.recorder,
        self.listener(parts, group, logger),
      ], logger)
  }

  private func runAlone(
    _ store: AuditStore, _ parts: FeedFollower.Parts, _ group: MultiThreadedEventLoopGroup,
    _ logger: Logger
  ) async throws {
    let alone = try StandaloneParts(
      file: self.file, configuration: self.configuration, current: parts.current, live: parts.live,
      group: group, logger: logger)
    do {
      try await self.run(
        [AuditLogService(store)] + alone.services
          + [
            parts.recorder,
            self.listener(parts, group, logger) { alone.world.unknownKey(of: $0) },
          ], logger)
    } catch {
      try? await alone.http.shutdown()
      throw error
    }
    try await alone.http.shutdown()
  }

  private func openLog(_ logger: Logger) async throws -> AuditStore {
    let log = self.configuration.log
    for folder in [log.folder, log.scratch] { try Self.makeParent(of: folder) }
    let clock = SystemClock()
    let store = try await AuditStore.open(
      .init(
        folder: log.folder, scratch: log.scratch, origin: log.origin,
        signingKey: try self.logKey.readOrMake(),
        now: { UInt64(max(0, clock.now().milliseconds)) }, clock: ContinuousClock()))
    let report = store.recovery
    if report.recoveredEvents > 0 || report.quarantine != nil {
      logger.warning(
        "the log was not closed the last time; its tail was taken over",
        metadata: [
          "events": "\(report.recoveredEvents)",
          "quarantined": "\(report.quarantine?.path ?? "nothing")",
        ])
    }
    return store
  }

  private static func makeParent(of folder: String) throws {
    try FileManager.default.createDirectory(
      at: URL(filePath: folder).deletingLastPathComponent(), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
  }

  private func parts(_ store: AuditStore, _ logger: Logger) -> FeedFollower.Parts {
    let news = Signal()
    let clock = SystemClock()
    let recorder = RequestRecorder(
      configuration: .init(gateway: self.configuration.name), store: store, clock: clock,
      committed: news, logger: logger)
    return FeedFollower.Parts(
      current: CurrentWorld(
        stalenessMilliseconds: self.configuration.staleness * 1000, uptime: SystemClock.uptime),
      live: LiveRequests(), seen: SeenCredentials(capacity: 65_536), recorder: recorder,
      store: store, news: news, clock: clock, random: .system,
      pause: { try await Task.sleep(for: $0) }, logger: logger)
  }

  private func link(
    _ controlPlane: GatewayConfiguration.ControlPlane, _ identity: OwnIdentity
  ) -> GatewayFeedClient {
    let wanted = controlPlane.id
    let address = controlPlane.address
    return GatewayFeedClient(
      host: address.host, port: address.port, identity: { try await identity.current() },
      peer: PeerVerification(
        bundles: { try identity.bundles() }, now: { SystemClock().now().seconds },
        isWanted: { $0 == wanted }))
  }

  private func listener(
    _ parts: FeedFollower.Parts, _ group: MultiThreadedEventLoopGroup, _ logger: Logger,
    unknownKey: @escaping @Sendable (String) -> Void = { _ in }
  ) -> GatewayListener {
    let gateway = Gateway(
      current: parts.current, live: parts.live, seen: parts.seen, recorder: parts.recorder,
      news: parts.news, random: parts.random, clock: parts.clock,
      credentials: .init(unknownKey: unknownKey))
    return GatewayListener(
      configuration: self.configuration.proxy, gateway: gateway, group: group, logger: logger
    ) { address, port in
      let host = address.contains(":") ? "[\(address)]" : address
      StandardError.write("listening on \(host):\(port)")
    }
  }

  private func run(_ services: [any Service], _ logger: Logger) async throws {
    var configured = services.map {
      ServiceGroupConfiguration.ServiceConfiguration(
        service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
    }
    if self.configuration.exitWithParent {
      configured.append(
        .init(service: ParentWatch(), successTerminationBehavior: .gracefullyShutdownGroup))
    }
    var group = ServiceGroupConfiguration(
      services: configured, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    group.maximumGracefulShutdownDuration =
      self.configuration.exitWithParent ? .seconds(4) : .seconds(40)
    try await ServiceGroup(configuration: group).run()
  }
}
