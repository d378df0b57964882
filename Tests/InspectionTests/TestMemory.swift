import Inspection
import OAuth

/// Remembers for one test, on one task, and tells what it was asked.
final class TestMemory: CredentialMemory {
  var tokens = TokenTable(capacity: 64)
  let readings = TokenReadings()
  var limiter = FailureLimiter(.init(burst: 1_000, perSecond: 1, sources: 64))
  var replay = DPoPReplaySet(capacity: 100, forgottenUntil: nil)
  var unknownKeys: [String] = []
  var failures = 0
  /// Texts that were recalled.
  var hits = 0

  func recall(_ text: ArraySlice<UInt8>) -> SignedCredential? {
    let known = self.tokens.recall(text)
    if known != nil { self.hits += 1 }
    return known
  }

  func keep(_ credential: SignedCredential?, for text: ArraySlice<UInt8>) {
    self.tokens.keep(credential, for: text)
  }

  func secondsUntilCheck(for counted: UInt64, at now: Int64) -> Int64? {
    self.limiter.secondsUntilCheck(for: counted, at: now)
  }

  func noteFailure(of counted: UInt64, at now: Int64) {
    self.failures += 1
    self.limiter.noteFailure(of: counted, at: now)
  }

  func refusal(of proof: VerifiedDPoPProof, at now: Int64) -> DPoPRefusal? {
    self.replay.admit(proof, at: now).refusal
  }

  func noteUnknownKey(of issuer: String) { self.unknownKeys.append(issuer) }
}
