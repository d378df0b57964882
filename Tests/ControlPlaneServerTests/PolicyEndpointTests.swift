import ControlPlane
import ControlPlaneAPI
import ControlPlaneClient
import Credentials
import PolicyReview
import StrictJSON
import Synchronization
import Testing

@testable import ControlPlaneServer

@Suite("Questions about policies over the admin socket")
struct PolicyEndpointTests {
  @Test("a report is asked for since a moment, and for one workload")
  func reports() async throws {
    let fake = FakeControlPlane()
    let moment = "2026-01-31T12:00:00.000Z"
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      for path in [AdminPath.policyShadowReports, AdminPath.policyUnused] {
        _ = try await client.review(path, ReviewMessage(since: moment))
      }
      _ = try await client.review(
        AdminPath.policySuggestions, ReviewMessage(workload: "spiffe://example.org/a"))
    }
    let reports = fake.calls.withLock { $0.reports }
    #expect(
      reports.map(\.0) == [.shadow, .unused, .suggestions(for: "spiffe://example.org/a")])
    #expect(reports.map { $0.1?.description } == [moment, moment, nil])
  }

  @Test("a replay's page arrives as it was asked for")
  func replay() async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      let page = try await client.replay(
        ReplayMessage(
          policies: [.init(name: "a", text: "permit")], since: nil, cursor: "here", limit: 3))
      #expect(page["total"]?.integerValue == 1)
    }
    let page = try #require(fake.calls.withLock { $0.pages.first })
    #expect(page.candidate.map(\.name) == ["a"])
    #expect(page.candidate.map(\.text) == ["permit"])
    #expect(page.cursor == "here")
    #expect(page.limit == 3)
  }

  @Test("posture arrives with facts that are new and facts that are taken back")
  func posture() async throws {
    let fake = FakeControlPlane()
    let facts: [String: String?] = ["firewall": .some("on"), "integrity": .none]
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      _ = try await client.report(
        PostureMessage(
          workload: "spiffe://example.org/a", facts: facts,
          observedAt: "2026-01-31T12:00:00Z"))
    }
    let report = try #require(fake.calls.withLock { $0.postures.first })
    #expect(report.facts.count == 2)
    #expect(report.facts["firewall"] == .some("on"))
    #expect(report.facts["integrity"] == .some(nil))
    #expect(report.observedAt?.description == "2026-01-31T12:00:00.000Z")
  }

  @Test("the schema, an explanation and a reach are given; unknown ones are not found")
  func singles() async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      #expect(try await client.policySchema() == "entity Fake;")
      #expect(try await client.policyExplanation("known")["query"] == "known")
      await #expect(throws: RequestFailure.self) {
        try await client.policyExplanation("unknown")
      }
      let reach = try await client.review(
        AdminPath.policyReach, ReviewMessage(workload: "spiffe://example.org/known"))
      #expect(reach["workload"] == "spiffe://example.org/known")
      await #expect(throws: RequestFailure.self) {
        try await client.review(AdminPath.policyReach, ReviewMessage())
      }
    }
  }

  @Test("a time that is none is refused with a word on how to write one")
  func badTime() async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      let failure = await #expect(throws: RequestFailure.self) {
        try await client.review(AdminPath.policyUnused, ReviewMessage(since: "yesterday"))
      }
      #expect(failure?.description.contains("2026-01-31T12:00:00Z") == true)
    }
    #expect(fake.calls.withLock { $0.reports.isEmpty })
  }

  @Test("only the extra administrator's rights are those that were given")
  func rights() throws {
    let socket = try AdminSocket(path: "/a/socket", adminUID: 4321)
    #expect(socket.administrator(4321).rights.isEmpty)
    #expect(socket.administrator(0).rights == [.shadowForbid])
    let trusted = try AdminSocket(
      path: "/a/socket", adminUID: 4321, adminRights: [.shadowForbid])
    #expect(trusted.administrator(4321).rights == [.shadowForbid])
  }
}
