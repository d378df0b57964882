import Authorization
import Enrollment
import Gateway
import Inspection
import JOSE
import OAuth
import SPIFFE
import StrictJSON
import TestIssuers
import Testing

/// Manifests as the files of an installation hold them.
enum FileSample {
  static let contract = """
    openapi: 3.1.0
    info: {title: Orders, version: "1"}
    paths:
      /orders:
        get:
          operationId: list
          security: [{oauth: ["orders.read"]}]
          responses: {"200": {description: ok}}
    components:
      securitySchemes:
        oauth: {type: http, scheme: bearer}
    """

  static func service(
    _ name: String = "orders", host: String = "orders.example", contract: String? = Self.contract,
    _ changes: [String: JSONValue?] = [:]
  ) -> ManifestDocument {
    var spec: JSONObject = [
      "owner": "team", "purpose": "orders", "exposure": "internal",
      "audience": "https://orders.example",
      "routes": .array([.object(["host": .string(host)])]),
      "upstream": "http://127.0.0.1:9", "contract": "c.yaml",
    ]
    for (field, value) in changes { spec[field] = value }
    return ManifestDocument(kind: .service, name: name, spec: spec, contract: contract)
  }

  static func workload(_ name: String, path: String) -> ManifestDocument {
    ManifestDocument(
      kind: .workload, name: name,
      spec: [
        "path": .string(path), "owner": "team", "purpose": "p", "environment": "prod",
      ], contract: nil)
  }

  static let policy = PolicyFile(
    name: "p",
    text: """
      permit(principal, action == Gatehouse::Action::"call", resource)
      when { context.scopes.contains("orders.read") };
      """)

  static func settings() throws -> FileSettings {
    var settings = FileSettings()
    settings.issuers = [
      FileSettings.Issuer(
        name: TestIssuer.name, profile: .rfc9068, algorithms: [.es256],
        trustDomains: [try TrustDomain(parsing: "example.org")],
        keys: .fixed(RefreshCycleTests.keys("a")))
    ]
    return settings
  }
}

@Suite struct FileWorldTests {
  private func problems(
    _ documents: [ManifestDocument], _ policies: [PolicyFile] = [FileSample.policy],
    _ settings: FileSettings? = nil
  ) throws -> [String] {
    let settings = try settings ?? FileSample.settings()
    do throws(InvalidFiles) {
      _ = try FileWorldBuilder(
        documents: documents, policies: policies, settings: settings
      ).build()
      return []
    } catch {
      return error.problems.map { "\($0.kind)/\($0.name)/\($0.field)" }
    }
  }

  @Test func validFilesMakeAWorld() throws {
    #expect(try self.problems([FileSample.service()]) == [])
  }

  @Test func everyProblemIsNamedAtItsPlace() throws {
    let found = try self.problems(
      [
        FileSample.service("a", contract: "no"), FileSample.service("b", ["upstrem": "x"]),
        FileSample.service("c", host: "Upper.example"),
        FileSample.workload("w", path: "/shop/w"),
      ],
      [
        PolicyFile(name: "broken", text: "permit("), PolicyFile(name: "empty", text: "// soon"),
        PolicyFile(
          name: "shape", text: "permit(principal == ?principal, action, resource);"),
      ])
    #expect(
      Set(found) == [
        "Service/a/spec.contract", "Service/b/spec.upstrem", "Service/c/spec.routes[0].host",
        "Workload/w/spec.path", "Policy/broken/1:8", "Policy/empty/1:1", "Policy/shape/1:1",
      ])
  }

  @Test func policiesAreHeldToTheSchema() throws {
    let unknown = PolicyFile(
      name: "typo",
      text: "permit(principal, action, resource)\nwhen { context.scopez.contains(\"x\") };")
    #expect(
      try self.problems([FileSample.service()], [unknown]).first?.hasPrefix("Policy/typo/2:")
        == true)
  }

  @Test func oneRouteHasOneService() throws {
    #expect(
      try self.problems([FileSample.service("a"), FileSample.service("b")])
        == ["Service/b/spec.routes[0]"])
  }

  @Test func workloadsNeedATrustDomainAndNoEvidence() throws {
    var settings = try FileSample.settings()
    settings.trustDomain = try TrustDomain(parsing: "example.org")
    let workload = FileSample.workload("w", path: "/shop/w")
    #expect(
      try self.problems([FileSample.service(), workload], [FileSample.policy], settings) == [])
    #expect(
      try self.problems(
        [FileSample.service(), workload, FileSample.workload("x", path: "/shop/w")],
        [FileSample.policy], settings
      ).count == 1)
  }
}
