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
  private var paths: [String]

  init(follower: FileFollower) {
    self.follower = follower
    self.paths = follower.initialPaths
    self.cycle = ReloadCycle(taken: follower.initial)
  }

  mutating func look(isDemanded: Bool) {
    let stamps = FileStamps(of: self.paths)
    if self.cycle.look(
      stamps, isBeingWritten: stamps?.isBeingWritten ?? false, isDemanded: isDemanded)
    {
      self.read()
    }
    // That they are as they were is news of this moment too.
    if stamps != nil { self.follower.world.confirm() }
  }

  private mutating func read() {
    do {
      let paths = Set(self.follower.files.watchedPaths).union(self.paths).sorted()
      let before = FileStamps(of: paths)
      let content = try self.follower.files.read()
      // Also contracts that are new.
      let isWhole = before != nil && FileStamps(of: paths) == before
      self.paths = content.paths
      self.cycle.read(isWhole ? FileStamps(of: content.paths) : nil)
      if isWhole { self.use(content) }
    } catch {
      self.paths = Set(self.follower.files.watchedPaths).union(self.paths).sorted()
      self.cycle.read(FileStamps(of: self.paths))
      self.reject((error as? ConfigurationProblems)?.lines ?? ["\(error)"])
    }
  }

  private func use(_ content: StandaloneFiles.Content) {
    let before = self.follower.status.snapshot
    let needsRestart = content.configuration.fixedText != self.follower.running.fixedText
    self.follower.status.accept(
      digest: content.digest, at: SystemClock().now(), needsRestart: needsRestart)
    if needsRestart, !before.needsRestart {
      self.follower.logger.warning(
        "listener, log or limits changed in the configuration: a restart takes that change")
    }
    guard content.digest != before.digest else { return }
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
