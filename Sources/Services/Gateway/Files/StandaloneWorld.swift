package import Credentials
import Inspection
package import Logging
import SPIFFE
import Synchronization

/// The world of a gateway without a control plane: what files say, with the keys of the moment.
package final class StandaloneWorld: Sendable {
  private struct State {
    var files: FileWorld?
    /// The epoch of each owner's keys in the world that is used; `nil` for keys that are missing.
    var epochs: [TrustSource.Owner: UInt64?] = [:]
    var revision: Int64 = 0
  }

  package let directory: TrustDirectory
  private let current: CurrentWorld
  private let live: LiveRequests
  private let clock: any WallClock
  private let uptime: @Sendable () -> Int64
  private let logger: Logger
  private let state = Mutex(State())

  /// - Parameter uptime: milliseconds on a clock that nobody can set.
  package init(
    current: CurrentWorld, live: LiveRequests, directory: TrustDirectory, clock: any WallClock,
    uptime: @escaping @Sendable () -> Int64, logger: Logger
  ) {
    self.current = current
    self.live = live
    self.directory = directory
    self.clock = clock
    self.uptime = uptime
    self.logger = logger
  }

  /// Decides by these files from now on; requests and streams that they refuse are told to end.
  package func use(_ files: FileWorld) {
    self.directory.follow(files.settings.sources, at: self.uptime())
    self.state.withLock { state in
      state.files = files
      self.swap(&state)
    }
  }

  /// Takes keys into the world if they changed, or became too old.
  package func refresh() {
    self.state.withLock { state in
      guard let files = state.files, self.epochs(of: files) != state.epochs else { return }
      self.swap(&state)
    }
  }

  /// The files were looked at: nothing newer is known.
  package func confirm() { self.current.confirm() }

  /// Somebody showed a key id that is not known.
  /// - Parameter owner: an issuer, or a trust domain: no name is both.
  package func unknownKey(of owner: String) {
    let now = self.uptime()
    self.directory.unknownKey(of: .issuer(owner), at: now)
    if let name = try? TrustDomain(parsing: owner) {
      self.directory.unknownKey(of: .trustDomain(name), at: now)
    }
  }

  private func swap(_ state: inout State) {
    guard let files = state.files else { return }
    let now = self.uptime()
    var standings: [TrustSource.Owner: RefreshCycle.Standing] = [:]
    for source in files.settings.sources {
      standings[source.owner] = self.directory.standing(of: source.owner, at: now)
    }
    // Of another start of this gateway too, so that no two worlds in its log have one number.
    let revision = max(state.revision &+ 1, self.clock.now().milliseconds)
    do {
      let world = try files.world(revision: revision) { owner in
        standings[owner] ?? .missing(retryAfter: 1)
      }
      state.revision = revision
      state.epochs = standings.mapValues(Self.epoch)
      self.current.replace(with: world)
      self.live.closeRefused(by: world)
    } catch {
      self.logger.error(
        "the keys make no world; what was known before stays", metadata: ["error": "\(error)"])
    }
  }

  private func epochs(of files: FileWorld) -> [TrustSource.Owner: UInt64?] {
    let now = self.uptime()
    var epochs: [TrustSource.Owner: UInt64?] = [:]
    for source in files.settings.sources {
      guard let standing = self.directory.standing(of: source.owner, at: now) else { continue }
      epochs.updateValue(Self.epoch(standing), forKey: source.owner)
    }
    return epochs
  }

  private static func epoch(_ standing: RefreshCycle.Standing) -> UInt64? {
    if case .current(_, let epoch) = standing { epoch } else { nil }
  }
}
