import Authorization
package import Credentials
package import EventIndex
package import StrictJSON

/// Answers from the world of the moment and from the events of both layers.
package struct PolicyReview: PolicyReviewing {
  private let index: any EventIndex
  private let world: @Sendable () -> ReviewedWorld
  private let flush: @Sendable () async throws -> Void

  /// - Parameters:
  ///   - world: gives the world that decides at this moment.
  ///   - flush: brings every event that happened so far into the index.
  package init(
    index: any EventIndex, world: @escaping @Sendable () -> ReviewedWorld,
    flush: @escaping @Sendable () async throws -> Void
  ) {
    self.index = index
    self.world = world
    self.flush = flush
  }

  package var schema: String { self.world().model.schema.text }

  package func explanation(of id: String) async throws -> JSONObject? {
    try await self.flush()
    return try await DecisionReview(world: self.world(), index: self.index).explanation(of: id)
  }

  package func replay(_ page: ReplayPage) async throws -> JSONObject {
    if page.cursor == nil { try await self.flush() }
    return try await Replay(world: self.world(), index: self.index).page(page)
  }

  package func report(_ report: PolicyReport, since: Instant?) async throws -> JSONObject {
    try await self.flush()
    let world = self.world()
    switch report {
    case .shadow: return try await ShadowReport.make(world, self.index, since: since)
    case .unused: return try await UnusedPolicies.make(world, self.index, since: since)
    case .suggestions(let workload):
      return try await Suggestions.make(self.index, since: since, for: workload)
    }
  }

  package func reach(of workload: String) async throws -> JSONObject? {
    try ReachReport.make(self.world(), workload)
  }
}
