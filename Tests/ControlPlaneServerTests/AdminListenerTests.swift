import ControlPlane
import ControlPlaneAPI
import ControlPlaneClient
import Credentials
import Enrollment
import Foundation
import NIOHTTP1
import SPIFFE
import StrictJSON
import Synchronization
import Testing

@testable import ControlPlaneServer

@Suite("The admin listener")
struct AdminListenerTests {
  @Test("a change arrives whole, with the user whom the kernel vouches for")
  func apply() async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      let reply = try await client.apply(
        ChangeMessage(
          manifests: [
            .init(kind: "Service", name: "orders", spec: ["owner": "team"], contract: "openapi: 1")
          ], policies: [.init(name: "shop", text: "permit (principal, action, resource);")],
          isDryRun: true, prunes: true))
      #expect(reply.items.map(\.action) == ["created"])
      #expect(reply.items.map(\.notes) == [["a note"]])
      #expect(reply.revision == 7)
      #expect(reply.gateways.missing == ["gw-2"])
    }
    let calls = fake.calls.withLock { $0 }
    let change = try #require(calls.applied.first)
    #expect(change.documents.first?.contract == "openapi: 1")
    #expect(change.documents.first?.spec == ["owner": "team"])
    #expect(change.policies.map(\.name) == ["shop"])
    #expect(change.isDryRun && change.prunes)
    #expect(
      calls.administrators == [
        Administrator(uid: geteuid(), rights: Set(AdministratorRight.allCases))
      ])
  }

  @Test("records are listed, shown and deleted, whatever their names")
  func records() async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      let names = try await client.records(kind: "Workload").map(\.name)
      #expect(names == ["one of / them"])
      let record = try await client.record(kind: "Service", name: "one of / them")
      #expect(record.text == "text")
      #expect(record.status == ["suspended": false])
      let absent = await #expect(throws: RequestFailure.self) {
        try await client.record(kind: "Service", name: "other")
      }
      #expect(absent?.problem?.status == 404)
      #expect(absent?.description == "there is no Service of this name")
      _ = try await client.delete(kind: "Policy", name: "a%2Fb é")
      let unknown = await #expect(throws: RequestFailure.self) {
        try await client.records(kind: "Gateway")
      }
      #expect(unknown?.problem?.name == "admin/unknown-kind")
    }
    #expect(fake.calls.withLock { $0.deleted } == ["Policy a%2Fb é"])
  }

  @Test("every target of a revocation arrives as what it is")
  func revoke() async throws {
    let fake = FakeControlPlane()
    let id = try SPIFFEID(parsing: "spiffe://example.org/shop")
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      let subjects: [(RevocationMessage.Target, String)] = [
        (.credential, "abc"), (.workload, id.description), (.node, "n1"), (.key, "k1"),
        (.issuedBefore, "1970-01-01T00:00:05Z"),
      ]
      for (target, subject) in subjects {
        let reply = try await client.revoke(
          RevocationMessage(target: target, subject: subject, reason: "leaked"))
        #expect(reply.time == "1970-01-01T00:00:00.000Z")
        #expect(reply.gateways.acknowledged == ["gw-1"])
      }
      _ = try await client.restore(RestorationMessage(workload: id.description))
    }
    let calls = fake.calls.withLock { $0 }
    #expect(
      calls.revoked.map(\.target) == [
        .credential(try CredentialID("abc")), .workload(id), .node("n1"), .key("k1"),
        .issuedBefore(Instant(seconds: 5)),
      ])
    #expect(calls.restored == [id])
  }

  @Test("the story, the status and the flushing of logs are passed on")
  func observation() async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      let (trace, status) = (try await client.trace("known"), try await client.status())
      #expect(trace == ["query": "known"])
      #expect(status == ["server": ["name": "fake"]])
      try await client.flush()
      let failure = await #expect(throws: RequestFailure.self) {
        try await client.trace("unknown")
      }
      #expect(failure?.description == "no log holds a request or a credential of this id")
    }
    #expect(fake.calls.withLock { $0.flushes } == 1)
  }

  @Test("a rejected change tells every problem and its place")
  func rejected() async throws {
    let fake = FakeControlPlane()
    fake.fail(
      with: RejectedChange(problems: [
        .init(kind: "Workload", name: "a", location: "spec.path", message: "taken"),
        .init(kind: "Policy", name: "b", location: "3:4", message: "expected `;`"),
      ]))
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      let failure = await #expect(throws: RequestFailure.self) {
        try await client.apply(
          ChangeMessage(manifests: [], policies: [], isDryRun: false, prunes: false))
      }
      #expect(failure?.problem?.status == 422)
      #expect(failure?.problem?.faults.map(\.location) == ["spec.path", "3:4"])
    }
  }

  @Test("an unforeseen error is told to the log, not to the caller")
  func unforeseen() async throws {
    let fake = FakeControlPlane()
    fake.fail(with: FakeControlPlane.Broken())
    try await RunningListeners.withAdmin(fake) { _, client, _ in
      let failure = await #expect(throws: RequestFailure.self) { try await client.status() }
      #expect(failure?.problem?.status == 500)
      #expect(failure?.description.contains("fire") == false)
    }
  }

  @Test(
    "what is not a message of the interface is refused",
    arguments: [
      ("/v1/apply", "", 400), ("/v1/apply", "{", 400), ("/v1/apply", "[]", 400),
      ("/v1/apply", #"{"documents":[{"kind":"Quux","name":"a","spec":{}}]}"#, 422),
      ("/v1/apply", #"{"documents":[{"kind":"Service"}]}"#, 400),
      ("/v1/apply", #"{"dryRun":"yes"}"#, 400), ("/v1/apply", #"{"dryrun":true}"#, 400),
      ("/v1/apply", #"{"prune":true,"prune":false}"#, 400),
      ("/v1/revocations", #"{"reason":"x"}"#, 400),
      ("/v1/revocations", #"{"key":"a","node":"b","reason":"x"}"#, 400),
      ("/v1/revocations", #"{"key":"a"}"#, 400),
      ("/v1/revocations", #"{"key":"","reason":"x"}"#, 400),
      ("/v1/revocations", #"{"credential":"a b","reason":"x"}"#, 400),
      ("/v1/revocations", #"{"issuedBefore":"yesterday","reason":"x"}"#, 400),
      ("/v1/revocations", #"{"workload":"http://a","reason":"x"}"#, 400),
      ("/v1/restorations", #"{"workload":5}"#, 400),
    ])
  func malformed(path: String, body: String, status: UInt) async throws {
    let fake = FakeControlPlane()
    try await RunningListeners.withAdmin(fake) { socket, _, http in
      let url = "http+unix://\(PathSegment.encode(socket))\(path)"
      let answer = try await Answer(
        http, .POST, url, type: "application/json", body: Array(body.utf8))
      #expect(answer.status == status)
      #expect(answer.headers["content-type"] == ["application/problem+json"])
      let untyped = try await Answer(http, .POST, url, body: Array(body.utf8))
      #expect(untyped.status == 415)
    }
    #expect(fake.calls.withLock { $0.applied.isEmpty && $0.revoked.isEmpty })
  }

  @Test(
    "what is longer than any id is not looked up",
    arguments: ["a b", String(repeating: "a", count: 129)])
  func longQuery(query: String) async throws {
    try await RunningListeners.withAdmin(FakeControlPlane()) { _, client, _ in
      let failure = await #expect(throws: RequestFailure.self) { try await client.trace(query) }
      #expect(failure?.problem?.status == 400)
    }
  }
}
