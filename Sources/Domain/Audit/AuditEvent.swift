package import Credentials
import StrictJSON

/// One thing that happened, in the vocabulary that both layers share.
///
/// An event never holds a secret, a token, a request's body or a query: there is no member that
/// could take one.
package struct AuditEvent: Hashable, Sendable {
  package var type: EventType
  package var time: Instant
  package var actor: Actor
  /// The workload that the event is about, as a SPIFFE ID.
  package var workload: String?
  /// What policies were told about the workload, where they were asked.
  package var workloadFacts: WorkloadFacts?
  package var credential: CredentialFacts?
  package var evidence: EvidenceFacts?
  package var decision: Decision?
  package var request: RequestFacts?
  package var issue: IssueFacts?
  /// What changed, for `record.changed` and `key.*`.
  package var subject: Subject?

  package init(type: EventType, time: Instant, actor: Actor) {
    self.type = type
    self.time = time
    self.actor = actor
  }

  /// Who made it happen.
  package struct Actor: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
      case workload, administrator, server, gateway, anonymous
    }
    package var kind: Kind
    /// A SPIFFE ID, `uid:<number>`, or the name of a server or gateway.
    package var id: String

    package init(kind: Kind, id: String) {
      self.kind = kind
      self.id = id
    }
  }

  package struct CredentialFacts: Hashable, Sendable {
    package var id: String
    package var kind: String
    /// 64 hexadecimal digits.
    package var digest: String?
    package var keyID: String?
    /// Unix seconds.
    package var issuedAt: Int64?
    package var expiresAt: Int64?
    package var audience: [String] = []
    package var scopes: [String] = []
    /// The credential that this one was exchanged from.
    package var parent: String?

    package init(id: String, kind: String) {
      self.id = id
      self.kind = kind
    }
  }

  package struct EvidenceFacts: Hashable, Sendable {
    package var attestor: String
    package var node: String
    /// The values of each fact, sorted.
    package var facts: [String: [String]]

    package init(attestor: String, node: String, facts: [String: [String]]) {
      self.attestor = attestor
      self.node = node
      self.facts = facts
    }
  }

  package struct Decision: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
      case allow, deny
    }
    package var outcome: Outcome
    /// The stage that decided, for requests.
    package var stage: String?
    package var reasons: [String] = []
    /// The policies that determined the decision.
    package var policies: [String] = []
    /// The revision of the records by which it was decided.
    package var revision: Int64?
    /// What the policies in force said, where they were asked: a service may let pass what they deny.
    package var policyOutcome: Outcome?
    /// What the policies in shadow would have changed.
    package var shadow: ShadowOutcome?

    package init(_ outcome: Outcome) {
      self.outcome = outcome
    }
  }

  /// What a decision about a credential was asked for, where no credential holds it.
  package struct IssueFacts: Hashable, Sendable {
    /// The service that an access token is for; nil for an SVID.
    package var service: String?
    package var scopes: [String]

    package init(service: String?, scopes: [String]) {
      self.service = service
      self.scopes = scopes
    }
  }

  package struct RequestFacts: Hashable, Sendable {
    package var requestID: String
    package var traceID: String?
    package var service: String?
    package var operation: String?
    package var method: String?
    /// Without the query.
    package var path: String?
    package var source: String?
    package var status: Int64?
    package var bytesIn: Int64?
    package var bytesOut: Int64?
    package var upstreamMilliseconds: Int64?

    package init(requestID: String) {
      self.requestID = requestID
    }
  }

  package struct Subject: Hashable, Sendable {
    package var kind: String
    package var name: String
    package var change: String
    package var reason: String?

    package init(kind: String, name: String, change: String, reason: String? = nil) {
      self.kind = kind
      self.name = name
      self.change = change
      self.reason = reason
    }
  }
}
