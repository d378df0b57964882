import Authorization
import OpenAPIContract
import StrictJSON

/// Tells what a workload may call.
enum ReachReport {
  static func make(_ world: ReviewedWorld, _ workload: String) throws -> JSONObject? {
    guard world.model.facts(of: workload) != nil else { return nil }
    let reach = try world.model.reach(of: workload)
    return [
      "workload": .string(workload), "revision": .integer(world.revision),
      "operations": .array(reach.entries.map { .object(Self.json($0, world)) }),
    ]
  }

  private static func json(_ entry: Reach.Entry, _ world: ReviewedWorld) -> JSONObject {
    let operation = world.contracts[entry.service]?.operation(id: entry.operation)
    return [
      "service": .string(entry.service), "operation": .string(entry.operation),
      "method": operation.map { .string($0.method) } ?? .null,
      "path": operation.map { .string($0.pathTemplate) } ?? .null,
      "verdict": .string(entry.depends ? "depends" : "always"),
      "policies": .array(entry.policies.map(JSONValue.string)),
      "conditions": .array(entry.conditions.map(JSONValue.string)),
      "token": .string(entry.tokenDepends ? "depends" : "always"),
    ]
  }
}
