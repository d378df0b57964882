import ArgumentParser

/// What `get` and `delete` take: `workload`, `workloads` and `Workload` are one kind.
enum RecordKind: String, CaseIterable, ExpressibleByArgument {
  case workload = "Workload"
  case service = "Service"
  case policy = "Policy"

  init?(argument: String) {
    let plurals: [String: RecordKind] = [
      "workloads": .workload, "services": .service, "policies": .policy,
    ]
    let name = argument.lowercased()
    guard
      let kind = plurals[name] ?? Self.allCases.first(where: { $0.defaultValueDescription == name })
    else { return nil }
    self = kind
  }

  var defaultValueDescription: String { self.rawValue.lowercased() }

  static var allValueStrings: [String] { Self.allCases.map(\.defaultValueDescription) }
}
