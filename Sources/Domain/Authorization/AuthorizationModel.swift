package import CedarPolicy

/// Who may ask, as policies see them.
package struct PrincipalFacts: Hashable, Sendable {
  package let spiffeID: String
  package let owner: String
  package let environment: String
  package let kind: String
  package let groups: [String]

  package init(
    spiffeID: String, owner: String, environment: String, kind: String, groups: [String]
  ) {
    self.spiffeID = spiffeID
    self.owner = owner
    self.environment = environment
    self.kind = kind
    self.groups = groups
  }
}

/// What may be asked for, as policies see it.
package struct ServiceFacts: Hashable, Sendable {
  package let name: String
  package let owner: String
  package let exposure: String
  package let operations: [String]

  package init(name: String, owner: String, exposure: String, operations: [String]) {
    self.name = name
    self.owner = owner
    self.exposure = exposure
    self.operations = operations
  }
}

/// The policies and the world that they are asked about: an immutable value, replaced whole.
package struct AuthorizationModel: Sendable {
  let policies: PolicySet
  let entities: Entities

  /// - Throws: what Cedar says when a name cannot be an entity, or two principals are the same.
  package init(
    policies: PolicySet, principals: [PrincipalFacts], services: [ServiceFacts],
    trustDomain: String
  ) throws {
    var entities = [
      Entity(uid: try Vocabulary.trustDomain(trustDomain)),
      Entity(uid: try Vocabulary.anonymous(), attributes: Self.attributes()),
    ]
    for principal in principals {
      entities.append(
        Entity(
          uid: try Vocabulary.workload(principal.spiffeID),
          attributes: Self.attributes(
            owner: principal.owner, environment: principal.environment, kind: principal.kind),
          parents: Set(try principal.groups.map(Vocabulary.group))))
    }
    for service in services {
      let uid = try Vocabulary.service(service.name)
      entities.append(
        Entity(
          uid: uid,
          attributes: ["owner": .string(service.owner), "exposure": .string(service.exposure)]))
      // The empty id stands for what the contract does not know, where the service lets that pass.
      for operation in service.operations + [""] {
        entities.append(
          Entity(uid: try Vocabulary.operation(operation, of: service.name), parents: [uid]))
      }
    }
    self.policies = policies
    self.entities = try Entities(entities)
  }

  /// An empty string stands for what is not known, so that a policy never fails on a missing one.
  private static func attributes(
    owner: String = "", environment: String = "", kind: String = ""
  ) -> [String: CedarValue] {
    ["owner": .string(owner), "environment": .string(environment), "kind": .string(kind)]
  }
}
