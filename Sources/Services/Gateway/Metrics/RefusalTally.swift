import Inspection
import Synchronization

/// How often each refusal was given. Their names come from code, never from requests; should one day
/// something make them up, what is beyond the bound is counted together.
final class RefusalTally: Sendable {
  struct Key: Hashable, Sendable {
    let stage: Stage
    let name: String
    /// Whether it was only recorded, because its stage is in shadow.
    let isShadow: Bool
  }

  private static let bound = 256
  private let counts = Mutex<[Key: UInt64]>([:])

  func count(_ refusal: Refusal, isShadow: Bool) {
    let key = Key(stage: refusal.stage, name: refusal.name, isShadow: isShadow)
    self.counts.withLock { counts in
      let isFull = counts.count >= Self.bound && counts[key] == nil
      let place = isFull ? Key(stage: refusal.stage, name: "other", isShadow: isShadow) : key
      counts[place, default: 0] &+= 1
    }
  }

  var all: [Key: UInt64] { self.counts.withLock { $0 } }
}
