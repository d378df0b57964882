import CedarPolicy
import Credentials

/// What policies let a workload call, whatever else a request may say.
package struct Reach: Sendable {
  /// One operation that the workload may be let through to.
  package struct Entry: Hashable, Sendable {
    package let service: String
    package let operation: String
    /// Whether it depends on the request.
    package let depends: Bool
    /// The policies that permit, or on which it depends.
    package let policies: [String]
    /// What they want of the request, in Cedar; those of a `forbid` must not hold.
    package let conditions: [String]
    /// Whether the workload can have a token for the service: always, or depending on what it asks
    /// for.
    package let tokenDepends: Bool
  }

  package let entries: [Entry]
}

extension AuthorizationModel {
  /// Every operation that a workload may call, if it has a token for its service.
  ///
  /// Environment and tenant of the workload are known; scopes, request, evidence, posture and time
  /// are not.
  package func reach(of spiffeID: String) throws -> Reach {
    let policies = try PolicyModes(self.policies).enforced
    return try self.reach(of: spiffeID, by: ReachAuthorizer(policies, self))
  }

  fileprivate func reach(of spiffeID: String, by authorizer: ReachAuthorizer) throws -> Reach {
    var entries: [Reach.Entry] = []
    for service in self.services.sorted(by: { $0.name < $1.name }) {
      guard let tokenDepends = try authorizer.tokenDepends(for: service.name, to: spiffeID)
      else { continue }
      for operation in service.operations.sorted() {
        let entry = try authorizer.entry(
          operation, of: service.name, for: spiffeID, tokenDepends: tokenDepends)
        if let entry { entries.append(entry) }
      }
    }
    return Reach(entries: entries)
  }

  /// What workloads may call here and not in an older world, and the reverse.
  /// - Parameter limit: how many questions to ask at most; a change beyond it is not compared.
  package func reachChange(since older: AuthorizationModel, limit: Int) throws -> ReachChange {
    let operations = { (model: AuthorizationModel) in
      model.services.reduce(0) { $0 + $1.operations.count } * model.allPrincipals.count
    }
    guard operations(self) + operations(older) <= limit else {
      return ReachChange(added: [], removed: [], isComplete: false)
    }
    let (after, before) = (try self.places(), try older.places())
    return ReachChange(
      added: after.subtracting(before).sorted(), removed: before.subtracting(after).sorted(),
      isComplete: true)
  }

  private func places() throws -> Set<ReachChange.Place> {
    let authorizer = ReachAuthorizer(try PolicyModes(self.policies).enforced, self)
    var places: Set<ReachChange.Place> = []
    for principal in self.allPrincipals {
      for entry in try self.reach(of: principal.spiffeID, by: authorizer).entries {
        places.insert(
          ReachChange.Place(
            workload: principal.spiffeID, environment: principal.facts.environment,
            service: entry.service, operation: entry.operation))
      }
    }
    return places
  }
}

/// What a change lets workloads call that they could not call before, and the reverse.
package struct ReachChange: Hashable, Sendable {
  package struct Place: Hashable, Sendable, Comparable {
    package let workload: String
    package let environment: String
    package let service: String
    package let operation: String

    package init(workload: String, environment: String, service: String, operation: String) {
      self.workload = workload
      self.environment = environment
      self.service = service
      self.operation = operation
    }

    package static func < (one: Place, other: Place) -> Bool {
      (one.workload, one.service, one.operation) < (other.workload, other.service, other.operation)
    }
  }

  package let added: [Place]
  package let removed: [Place]
  /// False where there was too much to compare; then nothing is said.
  package let isComplete: Bool

  package init(added: [Place], removed: [Place], isComplete: Bool) {
    self.added = added
    self.removed = removed
    self.isComplete = isComplete
  }
}

/// Asks the policies in force about requests that nobody has made yet.
private struct ReachAuthorizer {
  let authorizer: PartialAuthorizer
  let model: AuthorizationModel

  init(_ policies: PolicySet, _ model: AuthorizationModel) {
    self.authorizer = PartialAuthorizer(policies: policies, entities: model.entities)
    self.model = model
  }

  /// Whether it depends on the request that a workload can have a token; nil where it never can.
  func tokenDepends(for service: String, to spiffeID: String) throws -> Bool? {
    switch try self.verdict(spiffeID, "issue", Vocabulary.service(service)) {
    case .denied: nil
    case .allowed: false
    case .depends: true
    }
  }

  func entry(
    _ operation: String, of service: String, for spiffeID: String, tokenDepends: Bool
  ) throws -> Reach.Entry? {
    let resource = try Vocabulary.operation(operation, of: service)
    switch try self.verdict(spiffeID, "call", resource) {
    case .denied: return nil
    case .allowed(let policies):
      return Reach.Entry(
        service: service, operation: operation, depends: false,
        policies: policies.map(\.text), conditions: [], tokenDepends: tokenDepends)
    case .depends(let outcomes):
      return Reach.Entry(
        service: service, operation: operation, depends: true,
        policies: outcomes.map(\.policyID.text), conditions: outcomes.compactMap(Self.condition),
        tokenDepends: tokenDepends)
    }
  }

  private func verdict(
    _ spiffeID: String, _ action: String, _ resource: EntityUID
  ) throws -> PartialVerdict {
    let facts = self.model.facts(of: spiffeID) ?? WorkloadFacts()
    return self.authorizer.verdict(
      PartialRequest(
        principal: try Vocabulary.workload(spiffeID), action: try Vocabulary.action(action),
        resource: resource,
        knownContext: [
          "environment": .string(facts.environment), "tenant": .string(facts.tenant),
        ]))
  }

  private static func condition(_ outcome: PartialOutcome) -> String? {
    guard case .depends(let open) = outcome.result else { return nil }
    let text = open.map(\.description).joined(separator: " && ")
    return outcome.effect == .permit ? text : "!(\(text))"
  }
}
