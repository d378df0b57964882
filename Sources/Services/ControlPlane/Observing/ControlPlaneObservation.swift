import Audit
import Authorization
import Credentials
import Distribution
import Enrollment
import EventIndex
import SPIFFE
import StrictJSON

/// Answers what operators ask.
package struct ControlPlaneObservation: Observation {
  let keeper: WorldKeeper
  let index: any EventIndex
  let ledger: IssuanceLedger
  let roster: GatewayRoster
  let audit: any AuditTrail
  let timing: Timing
  let serverName: String
  let startedAt: Instant

  package func flush() async throws {
    await self.roster.flushAll(within: Self.patienceMilliseconds, timing: self.timing)
    try await self.audit.flush()
  }

  package func trace(_ query: String) async throws -> Trace? {
    try await self.flush()
    return try await Tracing(keeper: self.keeper, index: self.index).trace(query)
  }

  /// Whether a gateway is connected and decides by the newest revision.
  package var hasCurrentGateway: Bool {
    let revision = self.keeper.current.revision
    return self.roster.entries.contains { $0.acknowledged >= revision }
  }

  package func status() async throws -> Status {
    let world = self.keeper.current
    let findings = try await self.index.recent(type: EventType.detectionRaised.name, limit: 100)
      .compactMap { AuditEvent(line: $0.body) }
    return Status(json: [
      "server": .object(self.server(world)),
      "gateways": .array(self.roster.entries.map { .object(Self.gateway($0, world)) }),
      "suspended": .array(
        world.suspensions.sorted { $0.key < $1.key }.map { id, record in
          .object([
            "workload": .string(id.description), "since": .string(record.time),
            "reason": .string(record.reason),
          ])
        }),
      "notEnforcing": .array(Self.notEnforcing(world)),
      "findings": .array(findings.map { .object(Self.finding($0)) }),
    ])
  }

  private static let patienceMilliseconds: Int64 = 2000

  private func server(_ world: World) -> JSONObject {
    [
      "name": .string(self.serverName), "startedAt": .string(self.startedAt.description),
      "trustDomain": .string(world.trustDomain.description), "issuer": .string(world.issuer),
      "revision": .integer(world.revision),
      "workloads": .integer(Int64(world.workloads.all.count)),
      "services": .integer(Int64(world.services.count)),
      "policies": .integer(Int64(world.policyNames.count)),
      "liveCredentials": .integer(Int64(self.ledger.count)),
    ]
  }

  private static func gateway(_ entry: GatewayRoster.Entry, _ world: World) -> JSONObject {
    [
      "name": .string(entry.name), "revision": .integer(entry.acknowledged),
      "current": .bool(entry.acknowledged >= world.revision),
      "rejection": entry.rejection.map(JSONValue.string) ?? .null,
    ]
  }

  /// Every check of every service that does not refuse, and every policy that never decides.
  private static func notEnforcing(_ world: World) -> [JSONValue] {
    let shadows = world.authorization.shadows.map { policy -> JSONValue in
      .object([
        "policy": .string(policy), "check": .string("policy"), "mode": .string("shadow"),
      ])
    }
    return Self.checks(world) + shadows
  }

  private static func checks(_ world: World) -> [JSONValue] {
    world.services.values.map(\.service).sorted { $0.name < $1.name }.flatMap { service in
      Service.EnforcedStage.allCases.compactMap { stage -> JSONValue? in
        guard let mode = service.enforcement[stage], mode != .enforcing else { return nil }
        return .object([
          "service": .string(service.name), "check": .string(stage.rawValue),
          "mode": .string(mode.rawValue),
        ])
      }
    }
  }

  private static func finding(_ event: AuditEvent) -> JSONObject {
    [
      "time": .string(event.time.description), "finding": .string(event.subject?.change ?? ""),
      "workload": event.workload.map(JSONValue.string) ?? .null,
      "keyId": event.credential?.keyID.map(JSONValue.string) ?? .null,
      "credential": event.credential.map { .string($0.id) } ?? .null,
      "digest": event.credential?.digest.map(JSONValue.string) ?? .null,
      "requestId": event.request.map { .string($0.requestID) } ?? .null,
      "reason": .string(event.subject?.reason ?? ""),
    ]
  }
}
