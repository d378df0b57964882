import Credentials
package import Inspection
package import OAuth

/// What one event loop keeps for deciding requests: tokens whose signatures were good, the world that it
/// saw last, and random numbers in advance. Only that loop uses it.
package final class LoopMemory {
  private let guards: CredentialGuards
  private var tokens: TokenTable
  let shard: LiveRequests.Shard
  var random: BufferedRandom
  var snapshot: CurrentWorld.Snapshot?
  var noted = NotedCredentials()

  init(guards: CredentialGuards, shard: LiveRequests.Shard, random: RandomSource) {
    self.guards = guards
    self.tokens = TokenTable(capacity: guards.configuration.tokensPerLoop)
    self.shard = shard
    self.random = BufferedRandom(random)
  }

  /// How many tokens are remembered.
  package var tokenCount: Int { self.tokens.count }
}

extension LoopMemory: CredentialMemory {
  package func recall(_ text: String) -> SignedCredential? { self.tokens.recall(text) }

  package func keep(_ credential: SignedCredential?, for text: String) {
    self.tokens.keep(credential, for: text)
  }

  package func secondsUntilCheck(for connection: ConnectionFacts, at now: Int64) -> Int64? {
    self.guards.secondsUntilCheck(for: connection, at: now)
  }

  package func noteFailure(of connection: ConnectionFacts, at now: Int64) {
    self.guards.noteFailure(of: connection, at: now)
  }

  package func refusal(of proof: VerifiedDPoPProof, at now: Int64) -> DPoPRefusal? {
    self.guards.refusal(of: proof, at: now)
  }

  package func noteUnknownKey(of issuer: String) {
    self.guards.configuration.unknownKey(issuer)
  }
}
