package import CedarPolicy

/// The names of Gatehouse's world in Cedar. They are a contract: policies that people keep refer to
/// them.
package enum Vocabulary {
  package static let namespace = "Gatehouse"

  package static func workload(_ spiffeID: String) throws -> EntityUID {
    try self.entity("Workload", spiffeID)
  }

  package static func group(_ name: String) throws -> EntityUID { try self.entity("Group", name) }

  package static func service(_ name: String) throws -> EntityUID {
    try self.entity("Service", name)
  }

  package static func operation(_ id: String, of service: String) throws -> EntityUID {
    try self.entity("Operation", "\(service)/\(id)")
  }

  package static func trustDomain(_ name: String) throws -> EntityUID {
    try self.entity("TrustDomain", name)
  }

  package static func action(_ name: String) throws -> EntityUID { try self.entity("Action", name) }

  package static func anonymous() throws -> EntityUID { try self.entity("Anonymous", "anonymous") }

  package static func type(_ name: String) throws -> EntityTypeName {
    try EntityTypeName("\(Self.namespace)::\(name)")
  }

  /// The types that each call names, parsed once.
  private static let knownTypes: [String: EntityTypeName] = {
    let names = ["Workload", "Group", "Service", "Operation", "TrustDomain", "Action", "Anonymous"]
    return names.reduce(into: [:]) { types, name in types[name] = try? Self.type(name) }
  }()

  private static func entity(_ type: String, _ id: String) throws -> EntityUID {
    EntityUID(type: try self.knownTypes[type] ?? self.type(type), id: id)
  }
}
