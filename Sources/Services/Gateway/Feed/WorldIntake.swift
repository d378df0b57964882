import Credentials
import Distribution
import Inspection

/// What the gateway makes of the feed of one session.
struct WorldIntake {
  let current: CurrentWorld
  let live: LiveRequests
  let clock: any WallClock
  let leeway: Int64
  private var image = WorldImage()
  private var revision: Int64?

  init(current: CurrentWorld, live: LiveRequests, clock: any WallClock, leeway: Int64) {
    self.current = current
    self.live = live
    self.clock = clock
    self.leeway = leeway
  }

  /// Takes part of a snapshot; the last part makes it count.
  mutating func take(
    snapshot items: [FeedItem], revision: Int64, isComplete: Bool
  ) -> GatewayReport? {
    // A later snapshot within a session replaces everything.
    if self.revision != nil { (self.image, self.revision) = (WorldImage(), nil) }
    self.image.apply(items)
    guard isComplete else { return nil }
    self.revision = revision
    return self.swap(revision)
  }

  /// - Throws: `FeedDisorder` when there is nothing yet that could change.
  mutating func take(changes items: [FeedItem], revision: Int64) throws -> GatewayReport? {
    guard let before = self.revision else { throw FeedDisorder() }
    guard revision > before else { return nil }
    self.image.apply(items)
    self.revision = revision
    return self.swap(revision)
  }

  /// Anything that is heard after the snapshot confirms that nothing newer is known.
  func confirm() {
    if self.revision != nil { self.current.confirm(at: self.clock.now()) }
  }

  private func swap(_ revision: Int64) -> GatewayReport {
    if let known = self.current.world?.revision, revision < known {
      return .rejected(
        revision: revision,
        reason: "the control plane is behind revision \(known), which this gateway decides by")
    }
    let builder = WorldBuilder(self.image, leeway: self.leeway)
    do throws(UnusableWorld) {
      let world = try builder.build(revision: revision)
      self.use(world)
      return .acknowledged(revision: revision)
    } catch {
      if let revocations = try? builder.revocations(),
        let world = self.current.world?.alsoRefusing(revocations)
      {
        self.use(world)
      }
      return .rejected(revision: revision, reason: error.description)
    }
  }

  /// When this returns, new requests are decided by the world, and streams that it refuses are told
  /// to end.
  private func use(_ world: GatewayWorld) {
    self.current.replace(with: world)
    self.live.closeRefused(by: world)
  }
}

/// The control plane sent changes before there was anything to change.
struct FeedDisorder: Error, CustomStringConvertible {
  let description = "the feed sent changes before a whole snapshot"
}
