import AsyncHTTPClient
import Credentials
import Gateway
import IssuerDocuments
import Logging
import ManifestFiles
import NIOPosix
import ServiceLifecycle

/// What a gateway without a control plane has in the place of the feed.
struct StandaloneParts {
  let world: StandaloneWorld
  let status = ReloadStatus()
  private let place: ListeningPlace
  let services: [any Service]
  var account: StandaloneAccount {
    StandaloneAccount(world: self.world, status: self.status, place: self.place)
  }
  /// To be shut down at the end.
  let http: HTTPClient

  /// Begins to decide by the files.
  /// - Throws: `ConfigurationProblems` when they are not valid.
  init(
    file: String, configuration: GatewayConfiguration, place: ListeningPlace, current: CurrentWorld,
    live: LiveRequests, group: MultiThreadedEventLoopGroup, meter: Meter, logger: Logger
  ) throws {
    let files = StandaloneFiles(file)
    let content = try files.read()
    let world = StandaloneWorld(
      current: current, live: live, directory: TrustDirectory(), clock: SystemClock(),
      uptime: SystemClock.uptime, logger: logger)
    self.http = HTTPClient(
      eventLoopGroupProvider: .shared(group), configuration: HTTPDocuments.configuration)
    let keys = TrustFollower(
      directory: world.directory,
      documents: HTTPDocuments(http: self.http, timeout: .seconds(10)),
      uptime: SystemClock.uptime, random: .system, pause: { try await Task.sleep(for: $0) },
      changed: { world.refresh() }, meter: meter, logger: logger)
    let follower = FileFollower(
      files: files, world: world, status: self.status, running: configuration, place: place,
      // Read once more if they changed while they were read.
      initial: nil, initialPaths: content.paths, logger: logger)
    self.world = world
    self.place = place
    self.services = [keys, follower]
    self.status.accept(
      digest: content.digest, at: SystemClock().now(), needsRestart: false)
    for line in content.warnings {
      logger.warning("a policy to look at", metadata: ["place": "\(line)"])
    }
    world.use(content.world)
    world.confirm()
  }
}
