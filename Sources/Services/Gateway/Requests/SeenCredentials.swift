import Credentials
import Distribution
import Inspection
import Synchronization

/// Which credentials were seen before, and those that the control plane has yet to be told of.
///
/// The memory is bounded by keeping two generations: what was used in neither is forgotten, and told
/// again at its next use.
package final class SeenCredentials: Sendable {
  private struct State {
    var recent: Set<CredentialDigest> = []
    var older: Set<CredentialDigest> = []
    var untold: [Sighting] = []
  }

  /// What is to be told, as it is: the texts are made by whoever tells it, not by the request.
  fileprivate struct Sighting {
    let id: CredentialID
    let digest: CredentialDigest
    let keyID: String
    let principal: Principal
    let requestID: String
    let expiresAt: Int64
  }

  private let generation: Int
  /// Whether there is anybody to tell.
  let isReported: Bool
  private let state = Mutex(State())

  /// - Parameter capacity: the most credentials that are remembered.
  package init(capacity: Int) {
    self.generation = max(1, capacity / 2)
    self.isReported = true
  }

  private init() {
    self.generation = 1
    self.isReported = false
  }

  /// Of a gateway that has no control plane to tell: nothing is remembered.
  package static func unreported() -> SeenCredentials { SeenCredentials() }

  enum Outcome {
    case known
    /// It is seen for the first time, and the control plane is to be told.
    case first
    /// There was no room to remember it: its next use is to be noted again.
    case unnoted
  }

  func note(_ credential: VerifiedCredential, requestID: String) -> Outcome {
    guard self.isReported else { return .known }
    return self.state.withLock { state in
      guard !state.recent.contains(credential.digest) else { return .known }
      if state.recent.count >= self.generation { (state.older, state.recent) = (state.recent, []) }
      state.recent.insert(credential.digest)
      guard !state.older.contains(credential.digest) else { return .known }
      // Beyond this the control plane has been away for long; the next use tells it.
      guard state.untold.count < self.generation else {
        state.recent.remove(credential.digest)
        return .unnoted
      }
      state.untold.append(Sighting(credential, requestID: requestID))
      return .first
    }
  }

  /// The oldest that have not been told, at most `limit`.
  func untold(limit: Int) -> [SeenCredential] {
    self.state.withLock { Array($0.untold.prefix(limit)) }.map(SeenCredential.init)
  }

  /// The first `count` have been told.
  func told(_ count: Int) {
    self.state.withLock { $0.untold.removeFirst(min(count, $0.untold.count)) }
  }
}

extension SeenCredentials.Sighting {
  fileprivate init(_ credential: VerifiedCredential, requestID: String) {
    self.id = credential.id
    self.digest = credential.digest
    self.keyID = credential.keyID
    self.principal = credential.principal
    self.requestID = requestID
    self.expiresAt = credential.expiresAt
  }
}

extension SeenCredential {
  fileprivate init(_ sighting: SeenCredentials.Sighting) {
    self.init(
      id: sighting.id.description, digest: sighting.digest.description, keyID: sighting.keyID,
      workload: sighting.principal.description, requestID: sighting.requestID,
      expiresAt: sighting.expiresAt)
  }
}
