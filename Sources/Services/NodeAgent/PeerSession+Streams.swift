import Credentials

extension PeerSession {
  /// Delivers the process's X.509-SVIDs at once, and the full set again whenever it changes: when
  /// the issuer tells of a change, and when an SVID is at half its life.
  ///
  /// - Throws: `WorkloadRefusal` when no identity remains, or when what was delivered has expired
  ///   and cannot be replaced; what `deliver` throws; `CancellationError`.
  package func followX509Context(
    _ deliver: (X509Context) async throws -> Void
  ) async throws {
    try await self.follow(deliver) { () async throws(WorkloadRefusal) in
      let context = try await self.x509Context()
      return Reading(
        content: context, renewAt: context.svids.map(\.renewAt).min(),
        expiresAt: context.svids.map(\.expiresAt).min())
    }
  }

  /// Delivers the trust bundles at once and whenever they change, while the process has an identity.
  ///
  /// - Throws: as `followX509Context` does.
  package func followTrustBundles(
    _ deliver: (TrustBundles) async throws -> Void
  ) async throws {
    try await self.follow(deliver) { () async throws(WorkloadRefusal) in
      Reading(content: try await self.trustBundles(), renewAt: nil, expiresAt: nil)
    }
  }

  /// What a stream would deliver now.
  private struct Reading<Content> {
    let content: Content
    let renewAt: Instant?
    let expiresAt: Instant?
  }

  private func follow<Content: Equatable>(
    _ deliver: (Content) async throws -> Void,
    reading read: () async throws(WorkloadRefusal) -> Reading<Content>
  ) async throws {
    var delivered: Reading<Content>?
    var retry = RetryInterval()
    while true {
      try Task.checkCancellation()
      let generation = self.agent.signal.generation
      let wakeAt: Instant?
      do {
        let reading = try await read()
        if reading.content != delivered?.content { try await deliver(reading.content) }
        delivered = reading
        wakeAt = self.nextLook(at: reading, &retry)
      } catch let refusal as WorkloadRefusal
        where refusal.kind == .unavailable && self.isUsable(delivered)
      {
        wakeAt = self.nextTry(&retry, before: delivered?.expiresAt)
      }
      try await self.agent.wait(beyond: generation, until: wakeAt)
    }
  }

  /// An SVID that is overdue was kept because the issuer is away.
  private func nextLook<Content>(
    at reading: Reading<Content>, _ retry: inout RetryInterval
  ) -> Instant? {
    guard let renewAt = reading.renewAt else { return nil }
    guard renewAt <= self.agent.clock.now() else {
      retry = RetryInterval()
      return renewAt
    }
    return self.nextTry(&retry, before: reading.expiresAt)
  }

  private func nextTry(_ retry: inout RetryInterval, before expiresAt: Instant?) -> Instant {
    let next = retry.next(after: self.agent.clock.now())
    return expiresAt.map { min($0, next) } ?? next
  }

  private func isUsable<Content>(_ reading: Reading<Content>?) -> Bool {
    guard let reading else { return false }
    guard let expiresAt = reading.expiresAt else { return true }
    return self.agent.clock.now() < expiresAt
  }
}

/// How long to wait before the issuer is asked again: 1 s, doubling up to 30 s.
struct RetryInterval {
  private static let maximum: Int64 = 30
  private var seconds: Int64 = 1

  mutating func next(after now: Instant) -> Instant {
    defer { self.seconds = min(self.seconds * 2, Self.maximum) }
    return now.advanced(bySeconds: self.seconds)
  }
}

extension NodeAgent {
  /// Returns when there has been a change, or at the instant.
  func wait(beyond generation: UInt64, until instant: Instant?) async throws {
    await withTaskGroup { group in
      group.addTask { await self.signal.wait(beyond: generation) }
      if let instant {
        group.addTask { try? await self.clock.sleep(until: instant) }
      }
      await group.next()
      group.cancelAll()
    }
    try Task.checkCancellation()
  }
}
