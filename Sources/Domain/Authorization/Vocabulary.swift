import CedarPolicy

/// The names of Gatehouse's world in Cedar. They are a contract: policies that people keep refer to
/// them.
enum Vocabulary {
  static let namespace = "Gatehouse"

  static func workload(_ spiffeID: String) throws -> EntityUID {
    try self.entity("Workload", spiffeID)
  }

  static func group(_ name: String) throws -> EntityUID { try self.entity("Group", name) }

  static func service(_ name: String) throws -> EntityUID { try self.entity("Service", name) }

  static func operation(_ id: String, of service: String) throws -> EntityUID {
    try self.entity("Operation", "\(service)/\(id)")
  }

  static func trustDomain(_ name: String) throws -> EntityUID {
    try self.entity("TrustDomain", name)
  }

  static func action(_ name: String) throws -> EntityUID { try self.entity("Action", name) }

  static func anonymous() throws -> EntityUID { try self.entity("Anonymous", "anonymous") }

  private static func entity(_ type: String, _ id: String) throws -> EntityUID {
    EntityUID(type: try EntityTypeName("\(Self.namespace)::\(type)"), id: id)
  }
}
