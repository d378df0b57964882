import Credentials
import Distribution
import Inspection

/// What the gateway makes of the feed of one session.
struct WorldIntake {
  let current: CurrentWorld
  let live: LiveRequests
  let leeway: Int64
  private var image = WorldImage()
  private var revision: Int64?
  /// Whether the control plane knows less than the gateway has been told before.
  private var isBehind = false
  /// Whether some revocation cannot be read, so that it is not known in full who is revoked.
  private var missesRevocations = false

  init(current: CurrentWorld, live: LiveRequests, leeway: Int64) {
    self.current = current
    self.live = live
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

  /// Anything that is heard after the snapshot confirms that nothing newer is known; from a control
  /// plane that is behind it confirms nothing, and the world becomes stale; so it does while a
  /// revocation cannot be read.
  func confirm() {
    if self.revision != nil, !self.isBehind, !self.missesRevocations { self.current.confirm() }
  }

  private mutating func swap(_ revision: Int64) -> GatewayReport {
    let builder = WorldBuilder(self.image, leeway: self.leeway)
    self.isBehind = false
    let (revocations, unreadable) = builder.revocations()
    self.missesRevocations = unreadable != nil
    self.current.note(problem: unreadable?.description)
    if let known = self.current.world?.revision, revision < known {
      self.isBehind = true
      self.use(revocations)
      return .rejected(
        revision: revision,
        reason: "the control plane is behind revision \(known), which this gateway decides by")
    }
    do throws(UnusableWorld) {
      let world = try builder.build(revision: revision)
      self.use(world)
      return .acknowledged(revision: revision)
    } catch {
      self.use(revocations)
      return .rejected(revision: revision, reason: error.description)
    }
  }

  /// What is revoked counts, whatever else cannot be used.
  private func use(_ revocations: RevocationView) {
    if let world = self.current.world?.alsoRefusing(revocations) { self.use(world) }
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
