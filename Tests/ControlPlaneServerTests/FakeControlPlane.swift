import ControlPlane
import Credentials
import JOSE
import OAuth
import PolicyReview
import SPIFFE
import StrictJSON
import Synchronization

/// A control plane that remembers what it was asked and answers what the test says.
final class FakeControlPlane: Administration, RevocationAuthority, Observation, TokenIssuing,
  PublishedDocuments, PolicyReviewing
{
  struct Calls: Sendable {
    var applied: [ProposedChange] = []
    var deleted: [String] = []
    var revoked: [RevocationRequest] = []
    var restored: [SPIFFEID] = []
    var exchanged: [TokenExchangeRequest] = []
    var senders: [TokenSender] = []
    var administrators: [Administrator] = []
    var postures: [PostureReport] = []
    var pages: [ReplayPage] = []
    var reports: [(PolicyReport, Instant?)] = []
    var flushes = 0
  }

  struct Broken: Error, CustomStringConvertible {
    let description = "the disk is on fire"
  }

  let calls = Mutex(Calls())
  let missing = Mutex<[String]>([])
  /// Thrown by every use case of administrators, when set.
  private let failure = Mutex<(any Error)?>(nil)
  private let refusal = Mutex<OAuthError?>(nil)

  func fail(with error: any Error) { self.failure.withLock { $0 = error } }

  func refuse(with error: OAuthError) { self.refusal.withLock { $0 = error } }

  private func check() throws {
    if let error = self.failure.withLock({ $0 }) { throw error }
  }

  private static let change = AppliedChange(
    items: [.init(kind: "Workload", name: "checkout", action: .created, notes: ["a note"])],
    revision: 7, gateways: .init(acknowledged: ["gw-1"], missing: ["gw-2"]))

  func apply(_ change: ProposedChange, by administrator: Administrator) throws -> AppliedChange {
    try self.check()
    self.calls.withLock {
      $0.applied.append(change)
      $0.administrators.append(administrator)
    }
    return Self.change
  }

  func records(_ sort: RecordSort, named name: String?) throws -> [StoredRecord] {
    try self.check()
    let record = StoredRecord(
      kind: sort.rawValue, name: "one of / them", revision: 3, spec: ["owner": "team"],
      text: sort == .workload ? nil : "text", status: ["suspended": false])
    return name == nil || name == record.name ? [record] : []
  }

  func delete(
    _ sort: RecordSort, named name: String, by administrator: Administrator
  ) throws -> AppliedChange {
    try self.check()
    self.calls.withLock { $0.deleted.append("\(sort.rawValue) \(name)") }
    return Self.change
  }

  func report(
    _ posture: PostureReport, by administrator: Administrator
  ) throws -> AppliedChange {
    try self.check()
    self.calls.withLock {
      $0.postures.append(posture)
      $0.administrators.append(administrator)
    }
    return Self.change
  }

  let schema = "entity Fake;"

  func explanation(of id: String) throws -> JSONObject? {
    try self.check()
    return id == "known" ? ["query": .string(id)] : nil
  }

  func replay(_ page: ReplayPage) throws -> JSONObject {
    try self.check()
    self.calls.withLock { $0.pages.append(page) }
    return ["examined": 1, "total": 1, "changes": [], "notReplayable": [], "next": nil]
  }

  func report(_ report: PolicyReport, since: Instant?) throws -> JSONObject {
    try self.check()
    self.calls.withLock { $0.reports.append((report, since)) }
    return ["policies": []]
  }

  func reach(of workload: String) throws -> JSONObject? {
    try self.check()
    return workload == "spiffe://example.org/known" ? ["workload": .string(workload)] : nil
  }

  func revoke(
    _ request: RevocationRequest, by administrator: Administrator
  ) throws -> RevocationOutcome {
    try self.check()
    self.calls.withLock { $0.revoked.append(request) }
    return RevocationOutcome(
      id: "r-1", time: Instant(seconds: 0), credentials: ["c-1"],
      gateways: .init(acknowledged: ["gw-1"], missing: []))
  }

  func restore(_ workload: SPIFFEID, by administrator: Administrator) throws -> AppliedChange {
    try self.check()
    self.calls.withLock { $0.restored.append(workload) }
    return Self.change
  }

  func trace(_ query: String) throws -> Trace? {
    try self.check()
    return query == "known" ? Trace(json: ["query": .string(query)]) : nil
  }

  func status() throws -> Status {
    try self.check()
    return Status(json: ["server": ["name": "fake"]])
  }

  func flush() throws {
    try self.check()
    self.calls.withLock { $0.flushes += 1 }
  }

  /// Wants a nonce in proofs, when set.
  let nonce = Mutex<String?>(nil)

  func proofNonce() -> String? { self.nonce.withLock { $0 } }

  func exchange(
    _ request: TokenExchangeRequest, from sender: TokenSender
  ) throws(OAuthError) -> TokenResponse {
    self.calls.withLock {
      $0.exchanged.append(request)
      $0.senders.append(sender)
    }
    if let refusal = self.refusal.withLock({ $0 }) { throw refusal }
    if let nonce = self.proofNonce(), let proof = sender.proofs.first,
      (try? UnverifiedJWS(compact: proof)).map({
        String(decoding: $0.unverifiedPayload, as: UTF8.self).contains(nonce)
      }) != true
    {
      throw OAuthError(.useDPoPNonce, "use the nonce")
    }
    guard let token = try? BearerToken("header.payload.signature") else {
      throw OAuthError(.serverError, "no token")
    }
    return TokenResponse(
      accessToken: token, expiresIn: 300, scopes: request.scopes ?? ScopeSet(),
      scheme: sender.proofs.isEmpty ? .bearer : .dpop)
  }

  func document(_ name: PublishedDocument) -> [UInt8] {
    JSONValue.object(["document": .string(name.rawValue)]).serialized()
  }
}
