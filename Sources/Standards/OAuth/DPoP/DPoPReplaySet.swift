import Crypto

/// Remembers which DPoP proofs were used, for as long as each would be accepted (RFC 9449 section
/// 11.1). A value without a clock; whoever shares it puts a lock around it.
///
/// It holds a fixed number of proofs and forgets none early: when it is full of proofs that could
/// still come back, new ones are refused.
public struct DPoPReplaySet: Sendable {
  /// What is known of a proof.
  public enum Outcome: Hashable, Sendable {
    /// Never seen; from now on it is.
    case fresh
    /// Seen, or so old that it may have been seen and forgotten.
    case replayed
    /// It cannot be remembered, so it cannot be accepted.
    case full

    /// `nil` for a fresh proof.
    public var refusal: DPoPRefusal? {
      switch self {
      case .fresh: nil
      case .replayed: DPoPRefusal(.replayed)
      case .full: DPoPRefusal(.tooManyProofs)
      }
    }
  }

  /// Sixteen bytes of the SHA-256 of key and `jti`: of one size, whatever callers choose.
  private struct Mark: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    init(_ proof: VerifiedDPoPProof) {
      // The thumbprint has one length, so that the two cannot run into each other.
      let text = Array(proof.key.description.utf8) + Array(proof.jwtID.utf8)
      var high: UInt64 = 0
      var low: UInt64 = 0
      for (position, byte) in SHA256.hash(data: text).enumerated() where position < 16 {
        if position < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
      }
      self.high = high
      self.low = low
    }
  }

  /// Proofs whose acceptance ends in one slice of time, to be forgotten together.
  private struct Slice: Sendable {
    let number: Int64
    var marks: Set<Mark> = []
    /// How many of them are of each key.
    var uses: [Thumbprint: Int] = [:]
  }

  private let capacity: Int
  private let capacityPerKey: Int
  private var slices: [Slice] = []
  /// Proofs that are accepted until this second or less long may have been forgotten.
  private var forgottenUntil: Int64

  /// Seconds of a slice: a proof is remembered for at most this much longer than it must be.
  private static let sliceLength: Int64 = 16

  /// How many proofs are remembered.
  public private(set) var count = 0

  /// The most proofs of one key that are remembered, so that nobody can fill the set for all: a sixteenth
  /// of it, but not so few that a small set is of no use.
  static func capacityPerKey(of capacity: Int) -> Int { max(64, capacity / 16) }

  /// - Parameters:
  ///   - capacity: the most proofs to remember; about 32 bytes each. Of one key at most a sixteenth, or 64
  ///     if that is more.
  ///   - forgottenUntil: proofs that are accepted until this second or less long are refused,
  ///     because a predecessor may have seen them; `nil` if there was none.
  public init(capacity: Int, forgottenUntil: Int64?) {
    self.capacity = max(capacity, 0)
    self.capacityPerKey = Self.capacityPerKey(of: self.capacity)
    self.forgottenUntil = forgottenUntil ?? .min
  }

  /// Enters a proof, unless it was entered before.
  /// - Parameter now: Unix seconds.
  public mutating func admit(_ proof: VerifiedDPoPProof, at now: Int64) -> Outcome {
    self.forget(before: now)
    guard proof.acceptedUntil > self.forgottenUntil else { return .replayed }
    let mark = Mark(proof)
    guard !self.slices.contains(where: { $0.marks.contains(mark) }) else { return .replayed }
    let ofKey = self.slices.reduce(0) { $0 + ($1.uses[proof.key] ?? 0) }
    guard self.count < self.capacity, ofKey < self.capacityPerKey else { return .full }
    let number = Self.slice(of: proof.acceptedUntil)
    let position = self.slices.firstIndex { $0.number == number } ?? self.slices.endIndex
    if position == self.slices.endIndex { self.slices.append(Slice(number: number)) }
    self.slices[position].marks.insert(mark)
    self.slices[position].uses[proof.key, default: 0] += 1
    self.count += 1
    return .fresh
  }

  private mutating func forget(before now: Int64) {
    let current = Self.slice(of: now)
    guard self.slices.contains(where: { $0.number < current }) else { return }
    // A clock that is set back must not bring back what was forgotten.
    let (end, overflow) = current.multipliedReportingOverflow(by: Self.sliceLength)
    self.forgottenUntil = max(self.forgottenUntil, overflow ? now : end &- 1)
    self.slices.removeAll { $0.number < current }
    self.count = self.slices.reduce(0) { $0 + $1.marks.count }
  }

  /// Rounded down, for negative times too.
  private static func slice(of second: Int64) -> Int64 { second >> 4 }
}
