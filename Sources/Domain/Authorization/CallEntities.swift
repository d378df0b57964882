import CedarPolicy
import Credentials

/// What calls are about, looked up in the policies once for all calls.
struct CallEntities: Sendable {
  /// Somebody who calls.
  struct Caller: Sendable {
    let entity: LocatedEntity
    /// Nil where nothing is known, not even that it is somebody else's.
    let facts: WorkloadFacts?
  }

  let action: LocatedEntity
  /// What the policies can read of a call.
  let use: CallContextUse
  private let anonymous: Caller
  private let registered: [String: Caller]
  private let unregistered: UnregisteredPrincipals?
  /// Of the unregistered those that policies name, and who stands for all others, by the name of their
  /// entity.
  private let others: [String: Caller]
  /// By service and operation.
  private let operations: [String: [String: LocatedEntity]]

  /// - Parameter engine: has the policies and the entities.
  init(
    _ engine: PolicyEngine, policies: PolicySet, principals: [PrincipalFacts],
    services: [ServiceFacts], unregistered: UnregisteredPrincipals?
  ) throws {
    let action = try Vocabulary.action("call")
    self.action = engine.located(action)
    self.use = CallContextUse(of: policies, action: action)
    self.anonymous = Caller(
      entity: engine.located(try Vocabulary.anonymous()), facts: nil)
    self.registered = try Self.callers(engine, principals)
    self.unregistered = unregistered
    self.others = try Self.callers(
      engine,
      (unregistered?.all ?? []).map {
        PrincipalFacts(spiffeID: $0, facts: UnregisteredPrincipals.facts)
      })
    var operations: [String: [String: LocatedEntity]] = [:]
    for service in services {
      for operation in service.operations + [""] {
        let uid = try Vocabulary.operation(operation, of: service.name)
        operations[service.name, default: [:]][operation] = engine.located(uid)
      }
    }
    self.operations = operations
  }

  private static func callers(
    _ engine: PolicyEngine, _ principals: [PrincipalFacts]
  ) throws -> [String: Caller] {
    try Dictionary(
      principals.map { principal in
        let uid = try Vocabulary.workload(principal.spiffeID)
        return (
          principal.spiffeID,
          Caller(entity: engine.located(uid), facts: principal.facts)
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// - Parameter spiffeID: `nil` for a caller without a credential.
  func caller(_ spiffeID: String?) throws -> Caller {
    guard let spiffeID else { return self.anonymous }
    if let caller = self.registered[spiffeID] { return caller }
    if let unregistered, let caller = self.others[unregistered.entityName(of: spiffeID)] {
      return caller
    }
    return Caller(entity: LocatedEntity(try Vocabulary.workload(spiffeID)), facts: nil)
  }

  /// What is known of a workload, or nil for one that is not registered.
  func facts(of spiffeID: String) -> WorkloadFacts? {
    self.registered[spiffeID]?.facts
      ?? (self.unregistered == nil ? nil : UnregisteredPrincipals.facts)
  }

  var registeredFacts: [String: WorkloadFacts] { self.registered.compactMapValues(\.facts) }

  func operation(_ id: String, of service: String) throws -> LocatedEntity {
    if let operation = self.operations[service]?[id] { return operation }
    return LocatedEntity(try Vocabulary.operation(id, of: service))
  }
}
