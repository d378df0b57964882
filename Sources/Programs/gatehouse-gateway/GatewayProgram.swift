import AsyncHTTPClient
import AuditStore
import ControlPlaneClient
import Credentials
import Crypto
import FoundationEssentials
import Gateway
import Inspection
import Logging
import NIOCore
import NIOPosix
import OAuth
import SPIFFE
import SVIDTransport
import SecretFiles
import ServiceLifecycle
import UnixSignals
import Upstreams
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
    let group = MultiThreadedEventLoopGroup(numberOfThreads: self.configuration.eventLoops)
    let pool = NIOThreadPool(numberOfThreads: 2)
    pool.start()
    let machine = Machine(
      store: store, group: group, pool: pool, logger: logger,
      observers: try Observers(self.configuration, group: group, logger: logger),
      place: ListeningPlace(self.configuration.listen))
    switch self.configuration.mode {
    case .connected(let connected): try await self.run(connected, machine)
    case .standalone: try await self.runAlone(machine)
    }
    try await group.shutdownGracefully()
    try await pool.shutdownGracefully()
  }

  /// What every part runs on.
  private struct Machine {
    let store: AuditStore
    let group: MultiThreadedEventLoopGroup
    let pool: NIOThreadPool
    let logger: Logger
    let observers: Observers
    let place: ListeningPlace
  }

  private func run(
    _ connected: GatewayConfiguration.Connected, _ machine: Machine
  ) async throws {
    let identity = OwnIdentity(
      client: try WorkloadAPIClient(socketPath: connected.workloadAPI),
      trustDomain: connected.trustDomain, logger: machine.logger)
    let credentials = GatewayCredentials(
      identity: { try identity.identity() }, bundles: { try identity.bundles() },
      unixTime: { SystemClock().now().seconds })
    let upstreams = Self.upstreams(credentials, machine)
    let parts = self.parts(upstreams, SeenCredentials(capacity: 65_536), machine)
    let follower = FeedFollower(
      link: self.link(connected.controlPlane, identity), name: self.configuration.name,
      leeway: self.configuration.clockLeeway, parts: parts)
    let gateway = self.gateway(parts, machine)
    try await self.run(
      [
        AuditLogService(machine.store), identity, follower, parts.recorder, upstreams,
        Self.expiry(parts),
      ]
        + machine.observers.services(gateway, parts, upstreams)
        + [self.listener(gateway, upstreams, identity, machine)], machine.logger)
  }

  private func runAlone(_ machine: Machine) async throws {
    // Alone, the gateway has no identity of its own to show to services.
    let upstreams = Self.upstreams(.none, machine)
    let parts = self.parts(upstreams, .unreported(), machine)
    let alone = try StandaloneParts(
      file: self.file, configuration: self.configuration, place: machine.place,
      current: parts.current, live: parts.live, group: machine.group,
      meter: machine.observers.metrics.meter(0), logger: machine.logger)
    let gateway = self.gateway(parts, machine) { alone.world.unknownKey(of: $0) }
    do {
      try await self.run(
        [AuditLogService(machine.store)] + alone.services + [
          parts.recorder, upstreams, Self.expiry(parts),
        ]
          + machine.observers.services(gateway, parts, upstreams, alone: alone)
          + [self.listener(gateway, upstreams, nil, machine)], machine.logger)
    } catch {
      try? await alone.http.shutdown()
      throw error
    }
    try await alone.http.shutdown()
  }

  private func listener(
    _ gateway: Gateway, _ upstreams: UpstreamDirectory, _ identity: OwnIdentity?,
    _ machine: Machine
  ) -> ClientListener {
    ClientListener(
      configuration: self.configuration, place: machine.place, gateway: gateway,
      upstreams: upstreams,
      observation: machine.observers.proxy, identity: identity, group: machine.group,
      threads: machine.pool, logger: machine.logger)
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

  private static func upstreams(
    _ credentials: GatewayCredentials, _ machine: Machine
  ) -> UpstreamDirectory {
    let names = NameLookUp(pool: machine.pool)
    let probe = HealthProbe(group: machine.group)
    let meter = machine.observers.metrics.meter(0)
    return UpstreamDirectory(
      ports: UpstreamPorts(
        uptime: { .now() }, random: .system,
        pause: { try await Task.sleep(for: .nanoseconds($0.nanoseconds)) },
        lookUp: { await names.addresses(of: $0, port: $1) },
        probe: { await probe.ask($0, $1) },
        credentials: credentials,
        changed: { change in
          if case .ejected = change { meter.add(.upstreamEjections) }
        }),
      logger: machine.logger)
  }

  private func parts(
    _ upstreams: UpstreamDirectory, _ seen: SeenCredentials, _ machine: Machine
  ) -> GatewayParts {
    let (store, logger) = (machine.store, machine.logger)
    let news = Signal()
    let clock = SystemClock()
    let recorder = RequestRecorder(
      configuration: .init(gateway: self.configuration.name), store: store, clock: clock,
      committed: news, logger: logger,
      gather: {
        // Cancelled, it is written at once.
        try? await Task.sleep(for: .milliseconds(25))
      })
    return GatewayParts(
      current: CurrentWorld(
        stalenessMilliseconds: self.configuration.staleness * 1000, uptime: SystemClock.uptime,
        replacing: { upstreams.update($0.routes.upstreams) }),
      live: LiveRequests(), seen: seen, recorder: recorder,
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

  private func gateway(
    _ parts: GatewayParts, _ machine: Machine,
    unknownKey: @escaping @Sendable (String) -> Void = { _ in }
  ) -> Gateway {
    Gateway(
      current: parts.current, live: parts.live, seen: parts.seen, recorder: parts.recorder,
      news: parts.news, random: parts.random, clock: parts.clock,
      credentials: .init(proofs: self.proofs, unknownKey: unknownKey),
      sharedMemories: self.configuration.eventLoops, meter: machine.observers.metrics.meter(0))
  }

  /// Nonces are of this process: after a restart, clients are told a new one.
  private var proofs: ProofTerms {
    guard self.configuration.requiresNonces else { return .standard }
    return ProofTerms(
      window: .standard, nonces: DPoPNonces(key: SymmetricKey(size: .bits256), slot: 300))
  }

  private static func expiry(_ parts: GatewayParts) -> ExpiryWatch {
    ExpiryWatch(
      live: parts.live, current: parts.current, clock: parts.clock, pause: parts.pause)
  }

  private func run(_ services: [any Service], _ logger: Logger) async throws {
    var configured = (services + [StartupPages()]).map {
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
