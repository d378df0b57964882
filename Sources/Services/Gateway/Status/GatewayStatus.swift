package import Credentials
import Inspection
package import StrictJSON

/// Answers from the gateway's own parts.
package struct GatewayStatus: GatewayStatusSource {
  private let parts: Parts

  /// Where the answers come from.
  package struct Parts: Sendable {
    package var current: CurrentWorld
    package var live: LiveRequests
    package var recorder: RequestRecorder
    package var metrics: GatewayMetrics
    package var serving: ServingState
    /// What the program was configured with, without files' contents: addresses, limits, times.
    package var settings: JSONObject
    /// What else is to be known of the moment, such as endpoints and issuers' keys.
    package var more: @Sendable (inout GatewayGauges) -> Void
    /// Why the program itself is not ready, besides what follows from the parts.
    package var problems: @Sendable () -> [Reason]
    /// What somebody should look at although requests are served.
    package var concerns: @Sendable () -> [Reason] = { [] }
    /// What else the configuration shows, such as what became of changes of files.
    package var extra: @Sendable () -> JSONObject = { [:] }

    package init(
      current: CurrentWorld, live: LiveRequests, recorder: RequestRecorder,
      metrics: GatewayMetrics, serving: ServingState, settings: JSONObject,
      more: @escaping @Sendable (inout GatewayGauges) -> Void = { _ in },
      problems: @escaping @Sendable () -> [Reason] = { [] }
    ) {
      self.current = current
      self.live = live
      self.recorder = recorder
      self.metrics = metrics
      self.serving = serving
      self.settings = settings
      self.more = more
      self.problems = problems
    }
  }

  package init(_ parts: Parts) {
    self.parts = parts
  }

  package func unreadiness() -> [Reason] {
    var reasons: [Reason] = []
    let (world, isStale) = self.parts.current.view()
    if world == nil {
      reasons.append(
        Reason(code: "state-unknown", message: "no services and policies are known yet"))
    } else if isStale {
      reasons.append(
        Reason(
          code: "state-stale", message: "it was not heard lately which credentials are revoked"))
    }
    if let problem = self.parts.current.problem {
      reasons.append(Reason(code: "revocations-unreadable", message: problem))
    }
    if !self.parts.serving.isListening {
      reasons.append(Reason(code: "not-listening", message: "no connections are accepted yet"))
    }
    if self.parts.serving.isDraining {
      reasons.append(Reason(code: "draining", message: "the gateway is ending"))
    }
    if !self.parts.recorder.load.isRunning {
      reasons.append(
        Reason(code: "audit-stopped", message: "the audit log takes no more events"))
    }
    return reasons + self.parts.problems()
  }

  package func concerns() -> [Reason] { self.parts.concerns() }

  package func metrics() -> [UInt8] {
    var gauges = GatewayGauges()
    let load = self.parts.recorder.load
    gauges.isReady = self.unreadiness().isEmpty
    gauges.isDraining = self.parts.serving.isDraining
    gauges.revision = self.parts.current.world?.revision
    gauges.revocationViewAge = self.parts.current.age
    gauges.liveRequests = self.parts.live.count
    gauges.auditQueued = load.queued
    gauges.auditCapacity = load.capacity
    gauges.auditDropped = load.dropped
    self.parts.more(&gauges)
    return self.parts.metrics.exposition(gauges)
  }

  package func configuration() -> JSONValue {
    let world = self.parts.current.world.map { JSONValue.object(WorldDump(world: $0).json) }
    var json: JSONObject = ["settings": .object(self.parts.settings), "world": world ?? .null]
    let extra = self.parts.extra()
    for name in extra.keys { json[name] = extra[name] }
    return .object(json)
  }

  package func notEnforcing() -> [JSONValue] {
    self.parts.current.world.map { WorldDump(world: $0).notEnforcing } ?? []
  }
}
