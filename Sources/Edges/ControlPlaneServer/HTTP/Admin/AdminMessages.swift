import Authorization
import ControlPlane
import ControlPlaneAPI
import Credentials
import Enrollment
import SPIFFE

extension ProposedChange {
  init(message: ChangeMessage) throws(RejectedChange) {
    var documents: [ManifestDocument] = []
    for manifest in message.manifests {
      guard let kind = ManifestKind(rawValue: manifest.kind) else {
        let kinds = ManifestKind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        throw RejectedChange(problems: [
          .init(
            kind: manifest.kind, name: manifest.name, location: "kind",
            message: "expected one of \(kinds)")
        ])
      }
      documents.append(
        ManifestDocument(
          kind: kind, name: manifest.name, spec: manifest.spec, contract: manifest.contract))
    }
    self.init(
      documents: documents,
      policies: message.policies.map { PolicyDocument(name: $0.name, text: $0.text) },
      isDryRun: message.isDryRun, prunes: message.prunes)
  }
}

extension ChangeReply {
  init(_ change: AppliedChange) {
    self.init(
      items: change.items.map {
        Item(kind: $0.kind, name: $0.name, action: $0.action.rawValue, notes: $0.notes)
      }, revision: change.revision, gateways: GatewayReply(change.gateways),
      reach: change.reach.map { ReachReply($0) })
  }
}

extension ReachReply {
  init(_ change: ReachChange) {
    self.init(
      added: change.added.map { Place($0) }, removed: change.removed.map { Place($0) },
      isComplete: change.isComplete)
  }
}

extension ReachReply.Place {
  init(_ place: ReachChange.Place) {
    self.init(
      workload: place.workload, environment: place.environment, service: place.service,
      operation: place.operation)
  }
}

extension PostureReport {
  init(message: PostureMessage) throws(MalformedMessage) {
    var observedAt: Instant?
    if let text = message.observedAt {
      guard let instant = Instant(rfc3339: text) else {
        throw MalformedMessage("`observedAt` is a time such as 2026-01-31T12:00:00Z")
      }
      observedAt = instant
    }
    self.init(
      workload: try RevocationRequest.workload(message.workload), facts: message.facts,
      observedAt: observedAt)
  }
}

extension GatewayReply {
  init(_ gateways: GatewayAcknowledgement) {
    self.init(acknowledged: gateways.acknowledged, missing: gateways.missing)
  }
}

extension RecordReply {
  init(_ record: StoredRecord) {
    self.init(
      kind: record.kind, name: record.name, revision: record.revision, spec: record.spec,
      text: record.text, status: record.status)
  }
}

extension RevocationReply {
  init(_ outcome: RevocationOutcome) {
    self.init(
      id: outcome.id, time: outcome.time.description, credentials: outcome.credentials,
      gateways: GatewayReply(outcome.gateways))
  }
}

extension RevocationRequest {
  init(message: RevocationMessage) throws(MalformedMessage) {
    self.init(target: try Self.target(message), reason: message.reason)
  }

  static func workload(_ text: String) throws(MalformedMessage) -> SPIFFEID {
    do {
      return try SPIFFEID(parsing: text)
    } catch {
      throw MalformedMessage("`workload` is not a SPIFFE ID: \(error)")
    }
  }

  private static func target(_ message: RevocationMessage) throws(MalformedMessage) -> Target {
    switch message.target {
    case .credential:
      do {
        return .credential(try CredentialID(message.subject))
      } catch {
        throw MalformedMessage("`credential`: \(error.description)")
      }
    case .workload: return .workload(try Self.workload(message.subject))
    case .node: return .node(try Self.identifier(message, "node"))
    case .key: return .key(try Self.identifier(message, "key"))
    case .issuedBefore:
      guard let time = Instant(rfc3339: message.subject) else {
        throw MalformedMessage("`issuedBefore` is a time such as 2026-01-31T12:00:00Z")
      }
      return .issuedBefore(time)
    }
  }

  private static func identifier(
    _ message: RevocationMessage, _ name: String
  ) throws(MalformedMessage) -> String {
    let text = message.subject
    guard !text.isEmpty, text.utf8.count <= 256,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw MalformedMessage("`\(name)` is 1 to 256 printable characters") }
    return text
  }
}

extension Refusal {
  init(_ rejected: RejectedChange) {
    self.init(
      ProblemDetails(
        "admin/rejected-change", title: "Rejected change", status: 422,
        detail: "nothing took effect",
        faults: rejected.problems.map {
          ProblemDetails.Fault(
            kind: $0.kind, name: $0.name, location: $0.location, message: $0.message)
        }))
  }

  init(_ error: AdministrationError) {
    let (title, status) = Self.answer(to: error.code)
    self.init(
      ProblemDetails(
        "admin/\(error.code.rawValue)", title: title, status: status, detail: error.description))
  }

  private static func answer(to code: AdministrationError.Code) -> (title: String, status: Int) {
    switch code {
    case .notFound: ("Not found", 404)
    case .invalid: ("Invalid request", 400)
    case .conflict: ("Conflict", 409)
    case .forbidden: ("Forbidden", 403)
    case .unavailable: ("Unavailable", 503)
    }
  }
}
