package import Authorization
package import Enrollment

/// What somebody asks to apply: manifests and policies, all or nothing.
package struct ProposedChange: Sendable {
  package var documents: [ManifestDocument]
  package var policies: [PolicyDocument]
  /// Only says what would change.
  package var isDryRun: Bool
  /// Deletes workloads, services and policies that are not among the documents.
  package var prunes: Bool

  package init(
    documents: [ManifestDocument], policies: [PolicyDocument], isDryRun: Bool, prunes: Bool
  ) {
    self.documents = documents
    self.policies = policies
    self.isDryRun = isDryRun
    self.prunes = prunes
  }
}

/// A file of Cedar policies; its name is the file's name without `.cedar`.
package struct PolicyDocument: Hashable, Sendable {
  package let name: String
  package let text: String

  package init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}

/// What an `apply` or a `delete` did, or in a dry run would do.
package struct AppliedChange: Sendable {
  package struct Item: Hashable, Sendable {
    package enum Action: String, Hashable, Sendable, CaseIterable {
      case created, updated, unchanged, deleted
    }
    /// `Workload`, `Service` or `Policy`; `Posture` for a report, whose name is a SPIFFE ID.
    package var kind: String
    package var name: String
    package var action: Action
    /// Consequences that somebody should know, such as credentials that are refused from now on.
    package var notes: [String]

    package init(kind: String, name: String, action: Action, notes: [String] = []) {
      self.kind = kind
      self.name = name
      self.action = action
      self.notes = notes
    }
  }
  package var items: [Item]
  package var revision: Int64
  package var gateways: GatewayAcknowledgement
  /// What workloads could call after the change and could not before, and the reverse; only of a dry
  /// run.
  package var reach: ReachChange?

  package init(
    items: [Item], revision: Int64, gateways: GatewayAcknowledgement, reach: ReachChange? = nil
  ) {
    self.items = items
    self.revision = revision
    self.gateways = gateways
    self.reach = reach
  }
}

/// Which connected gateways decide by a revision, and which do not yet.
package struct GatewayAcknowledgement: Hashable, Sendable {
  package var acknowledged: [String]
  package var missing: [String]

  package init(acknowledged: [String] = [], missing: [String] = []) {
    self.acknowledged = acknowledged
    self.missing = missing
  }
}

/// The whole change is refused, and nothing of it took effect.
package struct RejectedChange: Error, Sendable, CustomStringConvertible {
  package struct Problem: Hashable, Sendable {
    /// `Workload`, `Service` or `Policy`.
    package var kind: String
    package var name: String
    /// A field's path such as `spec.evidence[0].match`, or `line:column` of a policy.
    package var location: String
    package var message: String

    package init(kind: String, name: String, location: String, message: String) {
      self.kind = kind
      self.name = name
      self.location = location
      self.message = message
    }
  }
  package var problems: [Problem]

  package init(problems: [Problem]) {
    self.problems = problems
  }

  package var description: String {
    self.problems.map { "\($0.kind) \($0.name): \($0.location): \($0.message)" }
      .joined(separator: "; ")
  }
}
