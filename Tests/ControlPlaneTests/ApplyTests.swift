import Audit
import ControlPlane
import Credentials
import Enrollment
import OAuth
import RecordStore
import SPIFFE
import StrictJSON
import Testing

@Suite struct ApplyTests {
  private typealias Fixture = PlaneFixture

  private func problems(_ body: () async throws -> Void) async -> [RejectedChange.Problem] {
    await failure(RejectedChange.self, body)?.problems ?? []
  }

  @Test("apply says what it did, and doing it again changes nothing")
  func actions() async throws {
    let fixture = try await Fixture()
    let documents = [
      Fixture.workload("checkout", path: "/shop/checkout"), Fixture.service("orders"),
    ]
    let again = try await fixture.apply(documents, policies: ["orders": Fixture.permit])
    #expect(again.items.map(\.action) == [.unchanged, .unchanged, .unchanged])
    #expect(again.items.map(\.kind) == ["Workload", "Service", "Policy"])
    let updated = try await fixture.apply(
      [Fixture.workload("checkout", path: "/shop/checkout", ["owner": "other-team"])])
    #expect(updated.items == [.init(kind: "Workload", name: "checkout", action: .updated)])
    #expect(updated.revision > again.revision)
    let created = try await fixture.apply([Fixture.workload("b", path: "/b")])
    #expect(created.items.map(\.action) == [.created])
  }

  @Test("every change is an event with who made it, and an unchanged record is none")
  func events() async throws {
    let fixture = try await Fixture()
    let events = fixture.audit.events(.recordChanged)
    #expect(
      events.map { "\($0.actor.id) \($0.subject?.kind ?? "") \($0.subject?.change ?? "")" } == [
        "uid:0 Workload created", "uid:0 Service created", "uid:0 Policy created",
      ])
    try await fixture.apply(policies: ["orders": Fixture.permit])
    #expect(fixture.audit.events(.recordChanged).count == 3)
  }

  @Test("a dry run says the same and changes nothing, records or log")
  func dryRun() async throws {
    let fixture = try await Fixture()
    let before = try await fixture.state.store.snapshot()
    let events = fixture.audit.events
    let change = try await fixture.apply(
      [
        Fixture.workload("checkout", path: "/shop/checkout", uid: "7"),
        Fixture.service("b", audience: "https://b", host: "b"),
      ],
      policies: [:], isDryRun: true, prunes: true)
    #expect(
      change.items.map { "\($0.name) \($0.action.rawValue)" } == [
        "checkout updated", "b created", "orders deleted", "orders deleted",
      ])
    #expect(change.items.first?.notes.count == 1)
    #expect(try await fixture.state.store.snapshot() == before)
    #expect(fixture.audit.events == events)
    await #expect(throws: RejectedChange.self) {
      try await fixture.apply(
        [Fixture.workload("x", path: "/shop/checkout")], isDryRun: true)
    }
  }

  @Test("pruning deletes what is not named, and nothing else")
  func prune() async throws {
    let fixture = try await Fixture()
    try await fixture.apply([Fixture.workload("b", path: "/b")])
    let change = try await fixture.apply(
      [Fixture.workload("b", path: "/b")], policies: ["orders": Fixture.permit], prunes: true)
    #expect(
      change.items.map { "\($0.kind) \($0.name) \($0.action.rawValue)" } == [
        "Workload b unchanged", "Policy orders unchanged", "Workload checkout deleted",
        "Service orders deleted",
      ])
    #expect(
      try await fixture.plane.administration.records(.workload, named: nil).map(\.name) == ["b"])
    #expect(try await fixture.records("signing-key").count == 2)
  }

  /// One wrong thing, and what must be said of it.
  struct Wrong: Sendable, CustomTestStringConvertible {
    var what: String
    var documents: [ManifestDocument] = []
    var policies: [String: String] = [:]
    var location: String
    var testDescription: String { self.what }
  }

  static let wrong: [Wrong] = [
    .init(
      what: "no owner", documents: [Fixture.workload("w", path: "/w", ["owner": ""])],
      location: "spec.owner"),
    .init(
      what: "another's path", documents: [Fixture.workload("w", path: "/shop/checkout")],
      location: "spec.path"),
    .init(
      what: "a reserved path", documents: [Fixture.workload("w", path: "/gatehouse/server")],
      location: "spec.path"),
    .init(
      what: "unknown field", documents: [Fixture.workload("w", path: "/w", ["x": 1])],
      location: "spec.x"),
    .init(
      what: "no evidence", documents: [Fixture.workload("w", path: "/w", ["evidence": []])],
      location: "spec.evidence"),
    .init(
      what: "twice in one change",
      documents: [Fixture.workload("w", path: "/w"), Fixture.workload("w", path: "/v")],
      location: "metadata.name"),
    .init(
      what: "no name", documents: [Fixture.workload("", path: "/w")], location: "metadata.name"),
    .init(
      what: "a name with a slash", documents: [Fixture.workload("a/b", path: "/w")],
      location: "metadata.name"),
    .init(
      what: "a name too long",
      documents: [Fixture.workload(String(repeating: "a", count: 254), path: "/w")],
      location: "metadata.name"),
    .init(
      what: "another's audience", documents: [Fixture.service("s", host: "s")],
      location: "spec.audience"),
    .init(
      what: "another's route", documents: [Fixture.service("s", audience: "https://s")],
      location: "spec.routes[0]"),
    .init(
      what: "another's route with a slash at its end",
      documents: [
        Fixture.service(
          "s", audience: "https://s", host: "s", ["routes": [["host": "s", "pathPrefix": "/v1"]]]),
        Fixture.service(
          "t", audience: "https://t", host: "s", ["routes": [["host": "s", "pathPrefix": "/v1/"]]]),
      ], location: "spec.routes[0]"),
    .init(
      what: "no contract",
      documents: [Fixture.service("s", audience: "https://s", host: "s", contract: nil)],
      location: "spec.contract"),
    .init(
      what: "no contract that can be read",
      documents: [Fixture.service("s", audience: "https://s", host: "s", contract: "openapi: [")],
      location: "spec.contract"),
    .init(what: "no policy", policies: ["p": "permit("], location: "1:"),
    .init(
      what: "a template", policies: ["p": "permit(principal == ?principal, action, resource);"],
      location: ""),
    .init(what: "a policy's name", policies: ["a b": Fixture.permit], location: "metadata.name"),
  ]

  @Test(
    "anything wrong refuses the whole change, says where, and leaves no trace", arguments: wrong)
  func allOrNothing(wrong: Wrong) async throws {
    let fixture = try await Fixture()
    let before = try await fixture.state.store.snapshot()
    let events = fixture.audit.events
    let good = Fixture.workload("good", path: "/good")
    for documents in [[good] + wrong.documents, wrong.documents + [good]] {
      let problems = await self.problems {
        try await fixture.apply(
          documents, policies: wrong.policies.merging(["good": Fixture.permit]) { $1 })
      }
      #expect(!problems.isEmpty)
      #expect(problems.contains { $0.location.hasPrefix(wrong.location) }, "\(problems)")
      #expect(!problems.contains { $0.name == "good" })
    }
    #expect(try await fixture.state.store.snapshot() == before)
    #expect(fixture.audit.events == events)
    #expect(
      try await fixture.plane.svids.identities(for: Fixture.evidence).map(\.workload) == [
        "checkout"
      ])
  }

  @Test("two wrong things are both said, in every pair")
  func pairs() async throws {
    let fixture = try await Fixture()
    let before = try await fixture.state.store.snapshot()
    let manifests = Self.wrong.filter { $0.documents.count == 1 && $0.location.hasPrefix("spec") }
    for (index, first) in manifests.enumerated() {
      for second in manifests.dropFirst(index + 1) {
        // Two documents of one name would be refused for that already.
        let documents =
          first.documents
          + second.documents.map {
            ManifestDocument(kind: $0.kind, name: "second", spec: $0.spec, contract: $0.contract)
          }
        let problems = await self.problems { try await fixture.apply(documents) }
        #expect(problems.contains { $0.location == first.location }, "\(first.what)")
        #expect(problems.contains { $0.location == second.location }, "\(second.what)")
      }
    }
    #expect(try await fixture.state.store.snapshot() == before)
  }

  @Test("changes that would only together be wrong: exactly one of them takes effect")
  func concurrent() async throws {
    for round in 0..<20 {
      let fixture = try await Fixture()
      let outcomes = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<8 {
          group.addTask {
            let document = Fixture.workload("w\(number)", path: "/same/\(round)")
            return (try? await fixture.apply([document])) != nil
          }
        }
        return await group.reduce(into: [Bool]()) { $0.append($1) }
      }
      #expect(outcomes.filter(\.self).count == 1)
      #expect(try await fixture.records("workload").count == 2)
    }
  }

  @Test("two servers on one store cannot make it wrong together either")
  func twoServers() async throws {
    let fixture = try await Fixture()
    let second = PlaneFixture(
      state: fixture.state, plane: try await fixture.state.start(seed: 2))
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<16 {
        group.addTask {
          let document = Fixture.workload("w\(number)", path: "/same")
          return (try? await (number % 2 == 0 ? fixture : second).apply([document])) != nil
        }
      }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(outcomes.filter(\.self).count == 1)
    #expect(try await fixture.records("workload").count == 2)
  }

  @Test("many changes at once all take effect")
  func many() async throws {
    let fixture = try await Fixture()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask {
          try await fixture.apply([Fixture.workload("w\(number)", path: "/w/\(number)")])
        }
      }
      try await group.waitForAll()
    }
    #expect(try await fixture.records("workload").count == 41)
  }

  @Test("deleting a workload refuses what it has, and nothing more is issued")
  func deleting() async throws {
    let fixture = try await Fixture()
    let token = try await fixture.jwtSVID()
    fixture.clock.advance(bySeconds: 5)
    let change = try await fixture.plane.administration.delete(
      .workload, named: "checkout", by: Fixture.administrator)
    #expect(change.items.map(\.action) == [.deleted])
    #expect(change.items.first?.notes.isEmpty == false)
    await #expect(throws: IssueRefusal.self) {
      fixture.clock.advance(bySeconds: 1)
      _ = try await fixture.jwtSVID()
    }
    #expect(
      await failure(OAuthError.self) { _ = try await fixture.exchange(token) }?.code
        == .invalidRequest)
    #expect(try await fixture.plane.svids.identities(for: Fixture.evidence).isEmpty)
    // Applied again, the workload earns anew, and what it had before stays refused.
    try await fixture.apply([Fixture.workload("checkout", path: "/shop/checkout")])
    #expect(
      await failure(OAuthError.self) { _ = try await fixture.exchange(token) }?.code
        == .invalidRequest)
    _ = try await fixture.exchange(fixture.jwtSVID())
  }

  @Test("what does not exist cannot be deleted or shown")
  func missing() async throws {
    let fixture = try await Fixture()
    for sort in RecordSort.allCases {
      let deletion = await failure(AdministrationError.self) {
        _ = try await fixture.plane.administration.delete(
          sort, named: "x", by: Fixture.administrator)
      }
      #expect(deletion?.code == .notFound)
      let showing = await failure(AdministrationError.self) {
        _ = try await fixture.plane.administration.records(sort, named: "x")
      }
      #expect(showing?.code == .notFound)
    }
  }

  @Test(
    "other evidence, node groups or path refuse what was issued; owner, purpose and groups do not",
    arguments: [
      (["evidence": [["attestor": "unix", "match": ["uid": "1001"]]]], true),
      (["nodes": ["prod"]], true), (["path": "/shop/elsewhere"], true), (["owner": "b"], false),
      (["purpose": "b"], false), (["groups": []], false),
    ] as [([String: JSONValue], Bool)])
  func updates(changes: [String: JSONValue], revokes: Bool) async throws {
    let fixture = try await Fixture()
    fixture.clock.advance(bySeconds: 5)
    let change = try await fixture.apply(
      [Fixture.workload("checkout", path: "/shop/checkout", changes)])
    let notes = change.items.first?.notes ?? []
    #expect(notes.contains { $0.hasPrefix("everything issued to") } == revokes)
    let revoked = fixture.audit.events(.credentialRevoked)
    #expect(revoked.map(\.workload) == (revokes ? ["spiffe://example.org/shop/checkout"] : []))
  }

  @Test("a suspension survives deleting, renaming and applying again: only restore lifts it")
  func suspensionStays() async throws {
    let fixture = try await Fixture()
    let id = try fixture.checkout.id
    _ = try await fixture.revoke(.workload(id))
    fixture.clock.advance(bySeconds: 5)
    _ = try await fixture.plane.administration.delete(
      .workload, named: "checkout", by: Fixture.administrator)
    try await fixture.apply([Fixture.workload("renamed", path: "/shop/checkout")])
    fixture.clock.advance(bySeconds: 5)
    let refusal = await failure(IssueRefusal.self) { _ = try await fixture.jwtSVID() }
    #expect(refusal?.reason.code == "workload-suspended")
    _ = try await fixture.plane.revocation.restore(id, by: Fixture.administrator)
    _ = try await fixture.jwtSVID()
  }

  @Test("a clock that went back does not lift what was revoked before")
  func clockGoesBack() async throws {
    let fixture = try await Fixture()
    _ = try await fixture.plane.administration.delete(
      .workload, named: "checkout", by: Fixture.administrator)
    let cutoff = fixture.clock.now().seconds
    fixture.clock.advance(bySeconds: -100)
    try await fixture.apply([Fixture.workload("checkout", path: "/shop/checkout")])
    _ = try await fixture.plane.administration.delete(
      .workload, named: "checkout", by: Fixture.administrator)
    let records = try await fixture.records("revocation")
    #expect(records.values.contains { String(decoding: $0, as: UTF8.self).contains("\(cutoff)") })
  }

  @Test("records are shown with what is derived from them")
  func showing() async throws {
    let fixture = try await Fixture()
    let workload = try #require(
      try await fixture.plane.administration.records(.workload, named: "checkout").first)
    #expect(workload.spec["owner"] == "payments-team")
    #expect(
      workload.status == ["spiffeId": "spiffe://example.org/shop/checkout", "suspended": false])
    let policy = try await fixture.plane.administration.records(.policy, named: nil)
    #expect(policy.map(\.text) == [Fixture.permit])
    let service = try await fixture.plane.administration.records(.service, named: "orders")
    #expect(service.map(\.text) == [Fixture.contract])
  }
}
