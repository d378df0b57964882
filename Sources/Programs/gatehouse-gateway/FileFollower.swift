import Gateway
import Logging
import ManifestFiles
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Looks at the files every second, and takes a change once it is whole and valid; on SIGHUP at once.
struct FileFollower: Service {
  let files: StandaloneFiles
  let world: StandaloneWorld
  let status: ReloadStatus
  /// What the process was started with.
  let running: GatewayConfiguration
  let place: ListeningPlace
  let initial: FileStamps?
  let initialPaths: [String]
  let logger: Logger

  func run() async throws {
    let demand = Demand()
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask {
          while (try? await Task.sleep(for: .seconds(1))) != nil { demand.wake.raise() }
        }
        group.addTask {
          for await _ in await UnixSignalsSequence(trapping: .sighup) { demand.raise() }
        }
        var following = FileFollowing(follower: self)
        for await _ in demand.wake.follow() { following.look(isDemanded: demand.take()) }
        group.cancelAll()
      }
    }
  }
}

/// That somebody wants the files to be read now.
private final class Demand: Sendable {
  let wake = Signal()
  private let isRaised = Mutex(false)

  func raise() {
    self.isRaised.withLock { $0 = true }
    self.wake.raise()
  }

  func take() -> Bool {
    self.isRaised.withLock { raised in
      defer { raised = false }
      return raised
    }
  }
}

/// The state of following.
private struct FileFollowing {
  let follower: FileFollower
  private var cycle: ReloadCycle<FileStamps>
  private var watched: WatchedPaths

  init(follower: FileFollower) {
    self.follower = follower
    self.watched = WatchedPaths(follower.initialPaths)
    self.cycle = ReloadCycle(taken: follower.initial)
  }

  mutating func look(isDemanded: Bool) {
    let stamps = FileStamps(of: self.watched.paths)
    if self.cycle.look(
      stamps, isBeingWritten: stamps?.isBeingWritten ?? false, isDemanded: isDemanded)
    {
      self.read()
    }
    if stamps == nil { self.reject(["a folder cannot be read, or holds too many files"]) }
    // Whatever they say, what is in force was looked after in this moment.
    self.follower.world.confirm()
  }

  /// What is read counts only if it looked the same before and afterwards. Files that are named for the
  /// first time were not looked at before, so it is read again then.
  private mutating func read() {
    for _ in 0..<3 {
      let paths = self.watched.paths
      let before = FileStamps(of: paths)
      let outcome = Result { try self.follower.files.read() }
      guard !self.watch(outcome) else { continue }
      guard let before, FileStamps(of: paths) == before else { break }
      self.cycle.read(before)
      switch outcome {
      case .success(let content): self.use(content)
      case .failure(let error):
        self.reject((error as? ConfigurationProblems)?.lines ?? ["\(error)"])
      }
      return
    }
    self.cycle.read(nil)
  }

  /// - Returns: whether other files are watched than before.
  private mutating func watch(
    _ outcome: Result<StandaloneFiles.Content, any Error>
  ) -> Bool {
    switch outcome {
    case .success(let content): self.watched.follow(content.paths, isWhole: true)
    case .failure: self.watched.follow(self.follower.files.watchedPaths, isWhole: false)
    }
  }

  private func use(_ content: StandaloneFiles.Content) {
    let before = self.follower.status.snapshot
    self.follower.place.move(to: content.configuration.listen)
    let needsRestart = content.configuration.fixedText != self.follower.running.fixedText
    self.follower.status.accept(
      digest: content.digest, at: SystemClock().now(), needsRestart: needsRestart)
    if needsRestart, !before.needsRestart {
      self.follower.logger.warning(
        "TLS, log, limits or the like changed in the configuration: a restart takes that change")
    }
    guard content.digest != before.digest else {
      if !before.problems.isEmpty {
        self.follower.logger.notice("the files are again what is in force")
      }
      return
    }
    self.follower.world.use(content.world)
    self.follower.logger.notice(
      "the changed files are in force",
      metadata: ["digest": "\(content.digest)", "services": "\(content.world.services.count)"])
    for line in content.warnings {
      self.follower.logger.warning("a policy to look at", metadata: ["place": "\(line)"])
    }
  }

  private func reject(_ problems: [String]) {
    guard self.follower.status.reject(problems) else { return }
    for line in problems.prefix(20) {
      self.follower.logger.error(
        "the changed files cannot be used; what was in force stays",
        metadata: ["problem": "\(line)"]
      )
    }
  }
}
