import AuditStore
import Dispatch
import Foundation
import StrictJSON
import Synchronization
import Testing

extension SystemTests {
  /// `kill -9` at any moment: `GATEHOUSE_KILLS` says how often, over all tests of this suite.
  @Suite("kill -9")
  struct KillTests {
    @Test("the log verifies, holds every credential that left, and no change is half applied")
    func kills() async throws {
      try await Sandbox.with { sandbox in
        try Shop(sandbox: sandbox, upstream: 9).write()
        let clients = Clients()
        for round in 0..<max(1, Environment.kills) {
          try await Self.round(round, sandbox, clients)
        }
        // The last restart, and a clean end.
        try await RunningDev.with(sandbox) { dev in
          try await Self.checkGenerations(dev, clients)
          let token = try await dev.token()
          _ = try await dev.trace(try HeldCredential(jwt: token).id)
        }
        let verified = try await CLI(sandbox: sandbox).done("audit", "verify")
        #expect(verified.lines.count { $0.contains("closed") } == 2, "\(verified.output)")
        try Self.checkLog(sandbox, clients)
        let seen = clients.seen
        print(
          "kill -9: \(Environment.kills) times, \(seen.credentials.count) credentials received, "
            + "\(seen.acknowledged) changes acknowledged")
        #expect(!seen.credentials.isEmpty && seen.acknowledged > 0)
      }
    }

    /// Starts the server, lets clients work, kills it in the middle, and looks at what is left.
    private static func round(
      _ round: Int, _ sandbox: Sandbox, _ clients: Clients
    ) async throws {
      let dev = try await RunningDev.start(sandbox, round == 0 ? ["-f", sandbox.manifests] : [])
      defer { dev.process.destroy() }
      if round > 0 { try await self.checkGenerations(dev, clients) }
      let gateway = try #require(dev.gatewayPID)
      let before = clients.seen
      try await withThrowingTaskGroup(of: Void.self) { group in
        for client in 0..<3 {
          group.addTask { try await Blocking.run { clients.issue(dev, client) } }
        }
        group.addTask { try await Blocking.run { clients.change(dev) } }
        // Sooner in one round, later in the next: after some credentials and some changes.
        let wanted = 1 + (round * 7) % 40
        try await Waiting.until("\(wanted) credentials and a change") {
          let seen = clients.seen
          return seen.credentials.count >= before.credentials.count + wanted
            && seen.acknowledged > before.acknowledged
        }
        try await dev.killServer()
        try await group.waitForAll()
      }
      let cli = CLI(sandbox: sandbox)
      try await cli.done("audit", "verify", "--log", sandbox.log("server"))
      try self.checkLog(sandbox, clients)
      try await Waiting.until("the end of the gateway", within: .seconds(5)) {
        !ProcessFiles.exists(gateway)
      }
      try await cli.done("audit", "verify", "--log", sandbox.log("gateway"))
    }

    /// Every credential that a client holds stands in the log, as it is.
    private static func checkLog(_ sandbox: Sandbox, _ clients: Clients) throws {
      let issued = try IssuedCredentials(log: sandbox.log("server"))
      let lost = clients.seen.credentials.subtracting(issued.all)
      #expect(lost.isEmpty, "\(lost.count) credentials are not in the log: \(lost.prefix(3))")
    }

    /// All documents of a change, or none of them; and nothing that was acknowledged is lost.
    private static func checkGenerations(_ dev: RunningDev, _ clients: Clients) async throws {
      let workloads = try await dev.cli.done("get", "workloads", "-o", "json").json
      let purposes = workloads["items"]?.elements.compactMap { item -> String? in
        let name = item["metadata"]?["name"]?.stringValue ?? ""
        return name.hasPrefix("member-") ? item["spec"]?["purpose"]?.stringValue : nil
      }
      let policies = try await dev.cli.done("get", "policies", "-o", "json").json
      let texts = policies["items"]?.elements.compactMap { item -> String? in
        let isOurs = item["metadata"]?["name"]?.stringValue == "members"
        return isOurs ? item["text"]?.stringValue : nil
      }
      let generations = Set((purposes ?? []) + (texts ?? []).map(Change.generation(of:)))
      #expect(generations.count == 1, "half applied: \(generations)")
      #expect(purposes?.count == Change.members)
      let number = generations.first.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
      let seen = clients.seen
      #expect((seen.acknowledged...max(seen.acknowledged, seen.sent)).contains(number ?? -1))
    }
  }
}

/// The change that is applied again and again, each time as a whole of another generation.
private enum Change {
  static let members = 12

  static func body(_ number: Int) -> [UInt8] {
    let documents = (0..<self.members).map { member -> JSONValue in
      [
        "kind": "Workload", "name": .string("member-\(member)"),
        "spec": [
          "path": .string("/members/\(member)"), "owner": "tests", "environment": "test",
          "purpose": .string("generation \(number)"),
          "evidence": [["attestor": "unix", "match": ["uid": .string("\(4_100_000 + member)")]]],
        ],
      ]
    }
    let policy: JSONValue = [
      "name": "members",
      "text": .string(
        "// generation \(number)\nforbid (principal, action, resource) when { false };\n"),
    ]
    return JSONValue.object([
      "documents": .array(documents), "policies": [policy], "dryRun": false, "prune": false,
    ]).serialized()
  }

  static func generation(of policy: String) -> String {
    policy.split(separator: "\n").first.map { String($0.dropFirst(3)) } ?? ""
  }
}

/// Clients that work until the server is gone, and remember what they were given.
private final class Clients: Sendable {
  struct Seen: Sendable {
    var credentials: Set<HeldCredential> = []
    /// The number of the last change that was sent, and of the last that was answered as done.
    var sent = 0
    var acknowledged = 0
  }

  private let state = Mutex(Seen())

  var seen: Seen { self.state.withLock { $0 } }

  private func hold(_ credential: HeldCredential) {
    _ = self.state.withLock { $0.credentials.insert(credential) }
  }

  /// JWT-SVIDs, X.509-SVIDs and access tokens, one after the other.
  func issue(_ dev: RunningDev, _ client: Int) {
    let workload = RawWorkloadAPI(socketPath: dev.workloadSocket)
    var turn = client
    while let proof = try? workload.fetchJWTSVID(audience: dev.issuer) {
      guard let held = try? HeldCredential(jwt: proof) else { return }
      self.hold(held)
      for _ in 0..<3 {
        guard let token = Self.exchange(proof, dev) else { break }
        self.hold(token)
      }
      turn += 1
      guard turn % 3 == 0 else { continue }
      guard let svid = try? workload.fetchX509SVID(),
        let held = try? HeldCredential(certificate: svid.certificates)
      else { return }
      self.hold(held)
    }
  }

  private static func exchange(_ proof: String, _ dev: RunningDev) -> HeldCredential? {
    let bytes = dev.exchangeRequest(proof).bytes
    guard let answer = try? HTTPAnswer.exchange(bytes, .tcp(dev.api)), answer.status == 200,
      let token = try? answer.json["access_token"]?.stringValue
    else { return nil }
    return try? HeldCredential(jwt: token)
  }

  /// One change after the other, each of several documents.
  func change(_ dev: RunningDev) {
    while true {
      let number = self.state.withLock { seen in
        seen.sent += 1
        return seen.sent
      }
      let request = HTTPRequest(
        method: "POST", target: "/v1/apply",
        fields: [("Host", "localhost"), ("Content-Type", "application/json")],
        body: Change.body(number))
      guard let answer = try? HTTPAnswer.exchange(request.bytes, .unix(dev.adminSocket)),
        answer.status == 200
      else { return }
      self.state.withLock { $0.acknowledged = number }
    }
  }
}

/// The credentials whose issue a log records.
struct IssuedCredentials {
  let all: Set<HeldCredential>

  init(log folder: String) throws {
    var all: Set<HeldCredential> = []
    for event in try LogContents.events(of: folder) {
      guard event["type"]?.stringValue == "credential.issued",
        let id = event["credential"]?["id"]?.stringValue,
        let digest = event["credential"]?["digest"]?.stringValue
      else { continue }
      all.insert(HeldCredential(id: id, digest: digest))
    }
    self.all = all
  }
}

/// The events of a log, read from its files.
enum LogContents {
  static func events(of folder: String) throws -> [JSONValue] {
    let reader = LogReader(folder: folder)
    var events: [JSONValue] = []
    var position = LogPosition.start
    while true {
      let page = try reader.events(from: position, limit: 1000)
      guard !page.events.isEmpty else { return events }
      events += try page.events.map { try JSONValue(parsing: $0.bytes) }
      position = page.next
    }
  }
}
