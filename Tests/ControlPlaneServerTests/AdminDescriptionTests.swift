import ControlPlaneAPI
import HTTPTypes
import StrictJSON
import Testing

@testable import ControlPlaneServer

@Suite("The OpenAPI description of the admin interface")
struct AdminDescriptionTests {
  private static func document() throws -> JSONObject {
    try #require(try JSONValue(parsing: AdminDescription.text).objectValue)
  }

  @Test("it describes exactly what is served")
  func operations() throws {
    let fake = FakeControlPlane()
    let endpoints = AdminEndpoints(
      ports: AdminPorts(
        administration: fake, revocations: fake, observation: fake, policies: fake),
      socket: try AdminSocket(path: "/a/socket", adminUID: nil))
    let served = Set(endpoints.all.map { "\($0.method.rawValue) \($0.pattern.text)" })
    var described: Set<String> = []
    let paths = try #require(try Self.document()["paths"]?.objectValue)
    for (path, item) in paths.members {
      let methods = item.objectValue?.keys.filter { $0 != "parameters" } ?? []
      for method in methods { described.insert("\(method.uppercased()) \(path)") }
    }
    #expect(described == served)
  }

  @Test("every reference leads somewhere, and everything is referred to")
  func references() throws {
    let document = try Self.document()
    var targets: Set<String> = []
    Self.collect(.object(document), into: &targets)
    var components: Set<String> = []
    for (section, entries) in document["components"]?.objectValue?.members ?? [] {
      for name in entries.objectValue?.keys ?? [] {
        components.insert("#/components/\(section)/\(name)")
      }
    }
    #expect(targets == components)
  }

  @Test("messages have the members that it describes")
  func members() throws {
    let gateways = GatewayReply(acknowledged: ["a"], missing: ["b"])
    let messages: [(String, JSONValue)] = [
      (
        "Change",
        ChangeMessage(manifests: [], policies: [], isDryRun: true, prunes: true).json
      ),
      (
        "Applied",
        ChangeReply(
          items: [], revision: 1, gateways: gateways,
          reach: ReachReply(added: [], removed: [], isComplete: true)
        ).json
      ),
      ("Gateways", gateways.json),
      (
        "Record",
        RecordReply(kind: "Policy", name: "a", revision: 1, spec: [:], text: "x", status: [:]).json
      ),
      (
        "RevocationOutcome",
        RevocationReply(id: "a", time: "b", credentials: [], gateways: gateways).json
      ),
      ("Reach", ReachReply(added: [], removed: [], isComplete: true).json),
      ("Posture", PostureMessage(workload: "a", facts: [:], observedAt: "b").json),
      ("Review", ReviewMessage(since: "a", workload: "b").json),
      ("Replay", ReplayMessage(policies: [], since: "a", cursor: "b", limit: 1).json),
      (
        "Problem",
        ProblemDetails(
          "a/b", title: "t", status: 400, detail: "d",
          faults: [.init(kind: "a", name: "b", location: "c", message: "d")]
        ).json
      ),
    ]
    let schemas = try Self.document()["components"]?.objectValue?["schemas"]?.objectValue
    for (name, message) in messages {
      let described = schemas?[name]?.objectValue?["properties"]?.objectValue?.keys ?? []
      #expect(Set(described) == Set(message.objectValue?.keys ?? []), "\(name)")
    }
    let targets = RevocationMessage.Target.allCases.map(\.rawValue) + ["reason"]
    let revocation = schemas?["Revocation"]?.objectValue?["properties"]?.objectValue?.keys ?? []
    #expect(Set(revocation) == Set(targets))
  }

  private static func collect(_ value: JSONValue, into targets: inout Set<String>) {
    switch value {
    case .object(let object):
      for (name, member) in object.members {
        if name == "$ref", let target = member.stringValue { targets.insert(target) }
        self.collect(member, into: &targets)
      }
    case .array(let elements): for element in elements { self.collect(element, into: &targets) }
    default: break
    }
  }
}
