import AuditStore
import Credentials
package import Distribution
import Logging
import ServiceLifecycle
import TransparencyLog

/// Keeps a session with the control plane: follows the world, and reports what happened in it.
///
/// Between sessions the gateway goes on with what it last knew, until that is too old.
package struct FeedFollower: Service {
  private let link: any ControlPlaneLink
  private let name: String
  private let leeway: Int64
  private let parts: GatewayParts

  /// - Parameters:
  ///   - name: of this gateway, for people.
  ///   - leeway: seconds by which an issuer's clock may be ahead.
  package init(link: any ControlPlaneLink, name: String, leeway: Int64, parts: GatewayParts) {
    self.link = link
    self.name = name
    self.leeway = leeway
    self.parts = parts
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      var backoff = Backoff(random: self.parts.random)
      while !Task.isCancelled {
        do {
          try await self.link.withSession { session in try await self.follow(session) }
          // That it stops in good order is no fault, and that we do is not even news.
          if Task.isCancelled { return }
          self.parts.logger.notice("the control plane ended the session")
        } catch is CancellationError {
          if Task.isCancelled { return }
        } catch {
          if Task.isCancelled { return }
          self.parts.logger.warning(
            "no session with the control plane", metadata: ["error": "\(error)"])
        }
        if self.wasHeardLately { backoff.reset() }
        do { try await self.parts.pause(backoff.next()) } catch { return }
      }
    }
  }

  private var wasHeardLately: Bool {
    !self.parts.current.view().isStale
  }

  private func follow(_ session: ControlPlaneSession) async throws {
    let outbox = Rendezvous<GatewayReport>()
    let orders = ReportOrders()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while let report = try await outbox.next() { try await session.send(report) }
      }
      group.addTask { try await self.listen(session, orders, outbox) }
      group.addTask { try await self.report(orders, outbox) }
      // Whichever part ends first, the session is over.
      defer {
        outbox.finish()
        group.cancelAll()
      }
      try await group.next()
    }
  }

  private func listen(
    _ session: ControlPlaneSession, _ orders: ReportOrders, _ outbox: Rendezvous<GatewayReport>
  ) async throws {
    let hello = GatewayReport.hello(
      name: self.name, logOrigin: self.parts.store.verifierKey.name,
      logPublicKey: self.parts.store.verifierKey.text)
    guard await outbox.send(hello) else { return }
    var intake = WorldIntake(
      current: self.parts.current, live: self.parts.live, leeway: self.leeway)
    for try await message in session.incoming {
      var answer: GatewayReport?
      switch message {
      case .snapshot(let items, let revision, let isComplete):
        answer = intake.take(snapshot: items, revision: revision, isComplete: isComplete)
      case .changes(let items, let revision):
        answer = try intake.take(changes: items, revision: revision)
      case .flush(let id): orders.flush(id)
      case .eventsStored(let position): orders.resume(after: position)
      case .heartbeat: orders.signal.raise()
      }
      intake.confirm()
      if case .rejected(_, let reason) = answer {
        self.parts.logger.error(
          "the control plane's records cannot be used; what was known before stays",
          metadata: ["reason": "\(reason)"])
      }
      if let answer, await !outbox.send(answer) { return }
    }
  }

  private func report(
    _ orders: ReportOrders, _ outbox: Rendezvous<GatewayReport>
  ) async throws {
    var reporter = EventReporter(
      store: self.parts.store, recorder: self.parts.recorder, seen: self.parts.seen,
      orders: orders, outbox: outbox, clock: self.parts.clock, logger: self.parts.logger)
    let news = self.parts.news.follow()
    try await withThrowingTaskGroup(of: Void.self) { group in
      // One signal for both sources.
      group.addTask { for await _ in news { orders.signal.raise() } }
      for await _ in orders.signal.follow() {
        try await reporter.report()
        // News of a moment travel together.
        try await self.parts.pause(Self.gathering)
      }
      group.cancelAll()
    }
  }

  private static let gathering = Duration.milliseconds(20)
}
