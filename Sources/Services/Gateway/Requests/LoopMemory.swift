import Credentials
package import Inspection
package import OAuth

/// What one event loop keeps for deciding requests: tokens whose signatures were good, the world that it
/// saw last, and random numbers in advance. Only that loop uses it.
package final class LoopMemory {
  private let guards: CredentialGuards
  private let meter: Meter?
  private var tokens: TokenTable
  package let readings = TokenReadings()
  let shard: LiveRequests.Shard
  var random: BufferedRandom
  var snapshot: CurrentWorld.Snapshot?
  /// The proof that the request which is being decided has used: if it is decided once more, because
  /// the world changed meanwhile, that is no replay.
  private var usedProof: VerifiedDPoPProof?
  var noted = NotedCredentials()

  init(
    guards: CredentialGuards, shard: LiveRequests.Shard, random: RandomSource, meter: Meter? = nil
  ) {
    self.guards = guards
    self.meter = meter
    self.tokens = TokenTable(capacity: guards.configuration.tokensPerLoop)
    self.shard = shard
    self.random = BufferedRandom(random)
  }

  /// Another request is decided from now on.
  func beginRequest() { self.usedProof = nil }
}

extension LoopMemory: CredentialMemory {
  package func recall(_ text: ArraySlice<UInt8>) -> SignedCredential? {
    let known = self.tokens.recall(text)
    self.meter?.add(known == nil ? .tokenCacheMisses : .tokenCacheHits)
    return known
  }

  package func keep(_ credential: SignedCredential?, for text: ArraySlice<UInt8>) {
    // Kept is what was just verified.
    if credential != nil { self.meter?.add(.signaturesVerified) }
    let before = self.tokens.evictions
    self.tokens.keep(credential, for: text)
    if self.tokens.evictions != before { self.meter?.add(.tokenCacheEvictions) }
  }

  package func secondsUntilCheck(for counted: UInt64, at now: Int64) -> Int64? {
    let seconds = self.guards.secondsUntilCheck(for: counted, at: now)
    if seconds != nil { self.meter?.add(.verificationsLimited) }
    return seconds
  }

  package func noteFailure(of counted: UInt64, at now: Int64) {
    self.meter?.add(.signaturesFailed)
    self.guards.noteFailure(of: counted, at: now)
  }

  package func refusal(of proof: VerifiedDPoPProof, at now: Int64) -> DPoPRefusal? {
    if self.usedProof == proof { return nil }
    let refusal = self.guards.refusal(of: proof, at: now)
    if refusal == nil { self.usedProof = proof }
    return refusal
  }

  package func noteUnknownKey(of issuer: String) {
    self.guards.configuration.unknownKey(issuer)
  }
}
