import Audit
import Authorization
import CedarPolicy
import Credentials
import EventIndex
import StrictJSON

/// Finds the policies that made no decision.
enum UnusedPolicies {
  static func make(
    _ world: ReviewedWorld, _ index: any EventIndex, since: Instant?
  ) async throws -> JSONObject {
    var used: Set<String> = []
    let scan = EventScan(index: index, types: EventScan.decisions, since: since)
    let (examined, isComplete) = try await scan.visit { event in
      used.formUnion(event.decision?.policies ?? [])
      used.formUnion(event.decision?.shadow?.policies ?? [])
    }
    let unused = try world.model.policies.policies.filter { !used.contains($0.id.text) }
      .map { try Self.json($0) }
    return [
      "since": since.map { .string($0.description) } ?? .null, "policies": .array(unused),
      "examined": .integer(Int64(examined)), "isComplete": .bool(isComplete),
    ]
  }

  private static func json(_ policy: Policy) throws -> JSONValue {
    .object([
      "id": .string(policy.id.text), "effect": .string(policy.effect.rawValue),
      "mode": .string(try PolicyModes.isShadow(policy) ? "shadow" : "enforced"),
      "file": .string(policy.fileName), "line": .integer(Int64(policy.span.line)),
    ])
  }
}

extension Policy {
  /// The name of the file as people keep it.
  var fileName: String { "\(self.source ?? "").cedar" }
}
