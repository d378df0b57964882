import Audit
import Credentials
import Distribution
import EventIndex
import SPIFFE
import StrictJSON

/// Puts the story of a credential or a request together out of the events of both layers.
struct Tracing: Sendable {
  let keeper: WorldKeeper
  let index: any EventIndex

  /// The story, or `nil` when no event knows the query.
  func trace(_ query: String) async throws -> Trace? {
    for kind in ["credential", "digest", "request", "trace"] {
      let events = try await self.events(kind, query)
      guard !events.isEmpty else { continue }
      return try await self.story(query, kind, found: events)
    }
    return nil
  }

  private static let limit = 10_000
  private static let requestTypes: Set<EventType> = [.requestAllowed, .requestRefused]

  private func story(
    _ query: String, _ kind: String, found: [AuditEvent]
  ) async throws -> Trace {
    let isRequest = kind == "request" || kind == "trace"
    guard let id = found.lazy.compactMap(\.credential?.id).first else {
      return Trace(json: self.json(query, issue: nil, events: found, requests: found))
    }
    // Two credentials may bear one id, and only one of them is ours: the digest tells.
    let digest = kind == "credential" ? nil : found.lazy.compactMap(\.credential?.digest).first
    let about = try await self.events("credential", id).filter {
      digest == nil || $0.credential?.digest == nil || $0.credential?.digest == digest
    }
    let children = try await self.events("parent", id)
    let issue = about.first { $0.type == .credentialIssued }
    var requests = isRequest ? found : about
    if !isRequest {
      for child in Set(children.compactMap(\.credential?.id)).sorted() {
        requests += try await self.events("credential", child)
      }
    }
    return Trace(
      json: self.json(
        query, issue: issue, events: about + found.filter { !about.contains($0) },
        requests: requests))
  }

  private func events(_ kind: String, _ value: String) async throws -> [AuditEvent] {
    try await self.index.events(
      matching: IndexKey(kind: kind, value: value), types: nil, limit: Self.limit
    ).compactMap { AuditEvent(line: $0.body) }
  }

  private func json(
    _ query: String, issue: AuditEvent?, events: [AuditEvent], requests: [AuditEvent]
  ) -> JSONObject {
    let origin = issue ?? events.first { $0.credential != nil }
    let made = requests.filter { Self.requestTypes.contains($0.type) }
    var json: JSONObject = ["query": .string(query)]
    json["workload"] =
      (origin?.workload ?? made.first?.workload).map(JSONValue.string) ?? .null
    json["evidence"] = issue?.evidence.map { .object($0.json) } ?? .null
    json["credential"] = origin.flatMap(Self.credential).map(JSONValue.object) ?? .null
    json["requests"] = .array(made.map { .object(Self.request($0)) })
    json["revocation"] = self.revocation(of: origin).map(JSONValue.object) ?? .null
    let detections = events.filter { $0.type == .detectionRaised }
    if !detections.isEmpty {
      json["detections"] = .array(
        detections.map { event in
          .object([
            "time": .string(event.time.description),
            "finding": .string(event.subject?.change ?? ""),
            "keyId": .string(event.credential?.keyID ?? ""),
            "reason": .string(event.subject?.reason ?? ""),
          ])
        })
    }
    return json
  }

  private static func credential(_ event: AuditEvent) -> JSONObject? {
    guard let facts = event.credential else { return nil }
    let isIssue = event.type == .credentialIssued
    var json: JSONObject = [
      "id": .string(facts.id), "kind": .string(facts.kind),
      "digest": facts.digest.map(JSONValue.string) ?? .null,
      "issuedAt": facts.issuedAt.map { .string(Instant(seconds: $0).description) } ?? .null,
      "expiresAt": facts.expiresAt.map { .string(Instant(seconds: $0).description) } ?? .null,
      "audience": .array(facts.audience.map(JSONValue.string)),
      "scopes": .array(facts.scopes.map(JSONValue.string)),
      "policies": .array((isIssue ? event.decision?.policies ?? [] : []).map(JSONValue.string)),
      "issued": .bool(isIssue),
    ]
    json["keyId"] = facts.keyID.map(JSONValue.string)
    json["parent"] = facts.parent.map(JSONValue.string)
    return json
  }

  private static func request(_ event: AuditEvent) -> JSONObject {
    let facts = event.request
    func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    func number(_ value: Int64?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
    return [
      "requestId": text(facts?.requestID), "time": .string(event.time.description),
      "method": text(facts?.method), "path": text(facts?.path), "service": text(facts?.service),
      "operation": text(facts?.operation), "workload": text(event.workload),
      "decision": text(event.decision?.outcome.rawValue), "stage": text(event.decision?.stage),
      "status": number(facts?.status), "bytesOut": number(facts?.bytesOut),
      "reasons": .array((event.decision?.reasons ?? []).map(JSONValue.string)),
      "policies": .array((event.decision?.policies ?? []).map(JSONValue.string)),
      "credentialDigest": text(event.credential?.digest),
    ]
  }

  /// The first act of revocation that refuses the credential.
  private func revocation(of origin: AuditEvent?) -> JSONObject? {
    guard let facts = origin?.credential else { return nil }
    let records = self.keeper.current.revocationRecords.values.sorted { $0.time < $1.time }
    let record = records.first { record in
      switch record.subject {
      case .credential, .node: record.credentials.contains { $0.description == facts.id }
      case .key(let keyID): keyID == facts.keyID
      case .workload(let id):
        id.description == origin?.workload && facts.issuedAt.map { $0 <= record.cutoff } ?? false
      case .issuedBefore: facts.issuedAt.map { $0 <= record.cutoff } ?? false
      }
    }
    return record.map { record in
      [
        "kind": .string(record.kind), "subject": .string(record.subjectText),
        "time": .string(record.time.description), "reason": .string(record.reason),
        "by": .string(record.by),
      ]
    }
  }
}
