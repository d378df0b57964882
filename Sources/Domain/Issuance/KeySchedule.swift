/// One key of a set that takes turns in signing, as records hold it.
package struct ScheduledKey: Hashable, Sendable {
  package enum Phase: String, Hashable, Sendable, CaseIterable {
    /// In the published set, and not used yet.
    case published
    /// The one that signs.
    case active
    /// No longer signs; verifies until what it signed has expired.
    case retired
    /// Compromised: not in the published set any more.
    case revoked
  }
  package var keyID: String
  package var phase: Phase
  /// Unix seconds at which the phase began.
  package var since: Int64

  package init(keyID: String, phase: Phase, since: Int64) {
    self.keyID = keyID
    self.phase = phase
    self.since = since
  }
}

/// What is to be done with a key set now.
package enum KeyScheduleAction: Hashable, Sendable {
  case create(phase: ScheduledKey.Phase)
  case activate(keyID: String)
  case retire(keyID: String)
  case remove(keyID: String)
}

/// Decides when a shared set of signing keys changes: one signs, the next is published well before
/// its use, the last one stays until nothing that it signed is valid. So at most three are live.
package struct KeySchedule: Sendable {
  package let lifetimes: Lifetimes
  /// The longest life, in seconds, of anything that these keys sign.
  package let longestCredential: Int64

  package init(lifetimes: Lifetimes, longestCredential: Int64) {
    self.lifetimes = lifetimes
    self.longestCredential = longestCredential
  }

  /// The next steps, in order. Carried out and asked again, it comes to rest at an empty list.
  package func actions(for keys: [ScheduledKey], now: Int64) -> [KeyScheduleAction] {
    let retired = keys.filter { $0.phase == .retired }
    let expired = retired.filter { now >= $0.since.saturatingAdding(self.longestCredential) }
    var actions = expired.map { KeyScheduleAction.remove(keyID: $0.keyID) }
    let next = keys.filter { $0.phase == .published }.min { $0.since < $1.since }
    guard let active = keys.first(where: { $0.phase == .active }) else {
      // Nothing signs: after a first start there is nothing to publish ahead of; after a
      // revocation a key that verifiers already know is the better one.
      actions.append(next.map { .activate(keyID: $0.keyID) } ?? .create(phase: .active))
      return actions
    }
    let end = active.since.saturatingAdding(self.lifetimes.signingKey)
    if let next {
      let isPublished = now >= next.since.saturatingAdding(self.lifetimes.publishedBeforeUse)
      // A third key that still verifies would become a fourth.
      if now >= end, isPublished, retired.count == expired.count {
        actions += [.retire(keyID: active.keyID), .activate(keyID: next.keyID)]
      }
    } else if now >= end.saturatingAdding(-self.lifetimes.publishedBeforeUse) {
      actions.append(.create(phase: .published))
    }
    return actions
  }
}

extension Int64 {
  /// Times come from records: the ends of time hold.
  fileprivate func saturatingAdding(_ other: Int64) -> Int64 {
    let (sum, overflow) = self.addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
