package import Credentials
package import Inspection
import OAuth
import Synchronization

/// What all loops of a process share when they check credentials: which proofs were used, and whose
/// credentials failed.
package final class CredentialGuards: Sendable {
  package struct Configuration: Sendable {
    package var proofs: ProofTerms
    /// The most DPoP proofs that are remembered.
    package var rememberedProofs: Int
    package var failures: FailureLimiter.Configuration
    /// The most tokens that each loop remembers.
    package var tokensPerLoop: Int
    /// Told, on the loop and so without waiting, that a token named a key which this issuer does not have
    /// as far as is known.
    package var unknownKey: @Sendable (String) -> Void

    package init(
      proofs: ProofTerms = .standard, rememberedProofs: Int = 1_000_000,
      failures: FailureLimiter.Configuration = .init(), tokensPerLoop: Int = 4_096,
      unknownKey: @escaping @Sendable (String) -> Void = { _ in }
    ) {
      self.proofs = proofs
      self.rememberedProofs = rememberedProofs
      self.failures = failures
      self.tokensPerLoop = tokensPerLoop
      self.unknownKey = unknownKey
    }
  }

  private final class Part: Sendable {
    let limiter: Mutex<FailureLimiter>

    init(_ limiter: FailureLimiter) { self.limiter = Mutex(limiter) }
  }

  private static let partCount = 16

  package let configuration: Configuration
  private let replay: DPoPReplayMemory
  private let parts: [Part]

  /// - Parameter start: proofs that a gateway before this one may have taken are refused.
  package init(_ configuration: Configuration, start: Instant) {
    self.configuration = configuration
    let (end, overflow) = start.seconds.addingReportingOverflow(
      configuration.proofs.window.past)
    self.replay = DPoPReplayMemory(
      capacity: configuration.rememberedProofs, forgottenUntil: overflow ? .max : end)
    var failures = configuration.failures
    failures.sources = max(1, failures.sources / Self.partCount)
    self.parts = (0..<Self.partCount).map { _ in Part(FailureLimiter(failures)) }
  }

  func secondsUntilCheck(for counted: UInt64, at now: Int64) -> Int64? {
    self.part(of: counted)?.limiter.withLock { $0.secondsUntilCheck(for: counted, at: now) }
  }

  func noteFailure(of counted: UInt64, at now: Int64) {
    self.part(of: counted)?.limiter.withLock { $0.noteFailure(of: counted, at: now) }
  }

  func refusal(of proof: VerifiedDPoPProof, at now: Int64) -> DPoPRefusal? {
    self.replay.admit(proof, at: now).refusal
  }

  /// By the highest bits: the lowest choose the place within a part.
  private func part(of counted: UInt64) -> Part? {
    let index = Int(truncatingIfNeeded: counted >> 60)
    return self.parts.indices.contains(index) ? self.parts[index] : nil
  }
}
