package import CedarPolicy
package import Credentials

/// Who may ask, as policies see them.
package struct PrincipalFacts: Hashable, Sendable {
  package let spiffeID: String
  package let facts: WorkloadFacts

  package init(spiffeID: String, facts: WorkloadFacts) {
    self.spiffeID = spiffeID
    self.facts = facts
  }
}

/// What may be asked for, as policies see it.
package struct ServiceFacts: Hashable, Sendable {
  package let name: String
  package let owner: String
  package let exposure: String
  package let operations: [String]
  /// The names of the parameters in the operations' paths.
  package let parameters: Set<String>

  package init(
    name: String, owner: String, exposure: String, operations: [String],
    parameters: Set<String> = []
  ) {
    self.name = name
    self.owner = owner
    self.exposure = exposure
    self.operations = operations
    self.parameters = parameters
  }
}

/// The policies and the world that they are asked about: an immutable value, replaced whole.
package struct AuthorizationModel: Sendable {
  /// Every policy, those in shadow included.
  package let policies: PolicySet
  package let services: [ServiceFacts]
  package let entities: Entities
  package let trustDomain: String
  /// Nil where only the registered are anybody.
  private let unregistered: UnregisteredPrincipals?
  /// What calls are about.
  let calls: CallEntities
  /// The policies in force.
  let enforced: PolicyEngine
  /// The same with the policies in shadow as if they were in force; nil where there are none.
  let proposed: PolicyEngine?

  /// - Parameter admitsUnregistered: whether others than these principals may ask, of whom nothing is
  ///   known but who they are: their attributes are empty, and their kind is `external`.
  /// - Throws: what Cedar says when a name cannot be an entity, or two principals are the same.
  package init(
    policies: PolicySet, principals: [PrincipalFacts], services: [ServiceFacts],
    trustDomain: String, admitsUnregistered: Bool = false
  ) throws {
    let unregistered =
      admitsUnregistered
      ? try UnregisteredPrincipals(
        namedIn: policies, besides: Set(principals.map(\.spiffeID))) : nil
    let others = (unregistered?.all ?? []).map {
      PrincipalFacts(spiffeID: $0, facts: UnregisteredPrincipals.facts)
    }
    let entities = try Entities(
      try Self.entities(
        principals: principals + others, services: services, trustDomain: trustDomain))
    let split = try PolicyModes(policies)
    self.policies = policies
    self.services = services
    self.entities = entities
    self.trustDomain = trustDomain
    self.unregistered = unregistered
    let enforced = PolicyEngine(split.enforced, entities)
    self.enforced = enforced
    self.calls = try CallEntities(
      enforced, policies: policies, principals: principals, services: services,
      unregistered: unregistered)
    self.proposed = split.hasShadows ? PolicyEngine(policies, entities) : nil
  }

  /// What is known of a workload, or nil for one that is not registered.
  package func facts(of spiffeID: String) -> WorkloadFacts? { self.calls.facts(of: spiffeID) }

  /// Whether anybody may be a principal.
  package var admitsUnregistered: Bool { self.unregistered != nil }

  /// The policies in shadow, by id.
  package var shadows: [String] {
    self.policies.policies.map(\.id.text).filter { !self.enforced.holds($0) }
  }

  package var allPrincipals: [PrincipalFacts] {
    self.calls.registeredFacts.map { PrincipalFacts(spiffeID: $0.key, facts: $0.value) }
      .sorted { $0.spiffeID < $1.spiffeID }
  }

  /// The same world under other policies.
  package func replacingPolicies(_ policies: PolicySet) throws -> AuthorizationModel {
    try AuthorizationModel(
      policies: policies, principals: self.allPrincipals, services: self.services,
      trustDomain: self.trustDomain, admitsUnregistered: self.admitsUnregistered)
  }

  /// The same policies and services, with what some workloads were at another time.
  package func replacingFacts(_ facts: [String: WorkloadFacts]) throws -> AuthorizationModel {
    let principals = self.calls.registeredFacts.merging(facts) { _, other in other }
    return try AuthorizationModel(
      policies: self.policies,
      principals: principals.map { PrincipalFacts(spiffeID: $0.key, facts: $0.value) },
      services: self.services, trustDomain: self.trustDomain,
      admitsUnregistered: self.admitsUnregistered)
  }

  private static func entities(
    principals: [PrincipalFacts], services: [ServiceFacts], trustDomain: String
  ) throws -> [Entity] {
    var entities = [
      Entity(uid: try Vocabulary.trustDomain(trustDomain)),
      Entity(
        uid: try Vocabulary.anonymous(), attributes: Self.attributes(WorkloadFacts())),
    ]
    for principal in principals {
      entities.append(
        Entity(
          uid: try Vocabulary.workload(principal.spiffeID),
          attributes: Self.attributes(principal.facts),
          parents: Set(try principal.facts.groups.map(Vocabulary.group))))
    }
    for service in services { entities += try Self.entities(service) }
    return entities
  }

  private static func entities(_ service: ServiceFacts) throws -> [Entity] {
    let uid = try Vocabulary.service(service.name)
    var entities = [
      Entity(
        uid: uid,
        attributes: ["owner": .string(service.owner), "exposure": .string(service.exposure)])
    ]
    // The empty id stands for what the contract does not know, where the service lets that pass.
    for operation in service.operations + [""] {
      entities.append(
        Entity(uid: try Vocabulary.operation(operation, of: service.name), parents: [uid]))
    }
    return entities
  }

  /// An empty string stands for what is not known, so that a policy never fails on a missing one.
  private static func attributes(_ facts: WorkloadFacts) -> [String: CedarValue] {
    [
      "owner": .string(facts.owner), "environment": .string(facts.environment),
      "kind": .string(facts.kind),
    ]
  }
}

extension WorkloadFacts {
  /// The part of the context that says in which condition the principal is.
  func context(at now: Int64) -> [(String, CedarValue)] {
    [
      ("environment", .string(self.environment)), ("tenant", .string(self.tenant)),
      ("posture", self.posture(at: now)),
    ]
  }

  func posture(at now: Int64) -> CedarValue {
    let facts = self.posture.map { fact in
      (
        fact.name,
        CedarValue.record(["age": .long(fact.age(at: now)), "value": .string(fact.value)])
      )
    }
    return .record(CedarRecord(Dictionary(facts, uniquingKeysWith: { first, _ in first })))
  }
}
