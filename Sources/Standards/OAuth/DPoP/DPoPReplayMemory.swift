import Synchronization

/// One ``DPoPReplaySet`` for a whole process, in parts with a lock each, so that threads rarely wait
/// for one another.
public final class DPoPReplayMemory: Sendable {
  private final class Part: Sendable {
    let set: Mutex<DPoPReplaySet>

    init(_ set: DPoPReplaySet) { self.set = Mutex(set) }
  }

  private let parts: [Part]

  private static let partCount = 16

  /// - Parameters:
  ///   - capacity: the most proofs to remember, over all parts.
  ///   - forgottenUntil: see ``DPoPReplaySet/init(capacity:forgottenUntil:)``.
  public init(capacity: Int, forgottenUntil: Int64?) {
    self.parts = (0..<Self.partCount).map { _ in
      Part(
        DPoPReplaySet(
          capacity: max(capacity, 0) / Self.partCount, forgottenUntil: forgottenUntil))
    }
  }

  /// Enters a proof, unless it was entered before.
  /// - Parameter now: Unix seconds.
  public func admit(_ proof: VerifiedDPoPProof, at now: Int64) -> DPoPReplaySet.Outcome {
    // Swift seeds hashes anew in every process, so nobody can aim at one part.
    let position = Int(truncatingIfNeeded: UInt(bitPattern: proof.jwtID.hashValue) % 16)
    guard self.parts.indices.contains(position) else { return .full }
    return self.parts[position].set.withLock { $0.admit(proof, at: now) }
  }

  /// How many proofs are remembered.
  public var count: Int { self.parts.reduce(0) { $0 + $1.set.withLock { $0.count } } }
}
