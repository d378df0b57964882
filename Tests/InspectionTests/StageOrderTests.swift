import HTTPMessages
import Inspection
import OpenAPIContract
import TestIssuers
import Testing

@Suite("The stages after the credential, and their order")
struct StageOrderTests {
  private func request(_ line: String, _ more: String = "") throws -> InspectionResult {
    try self.request(Situation(), line, more)
  }

  private func request(
    _ situation: Situation, _ line: String, _ more: String = ""
  ) throws -> InspectionResult {
    let token = try situation.issuer.token()
    return try situation.inspect(
      "\(line) HTTP/1.1\nHost: orders.example\nAuthorization: Bearer \(token)\(more)")
  }

  @Test("an unknown host is answered before the credential is asked for")
  func host() throws {
    let result = try Situation().inspect("GET / HTTP/1.1\nHost: other.example")
    #expect(result.refusal?.code == "host/unknown")
  }

  static let oddPaths: [(String, PathRules, String)] = [
    ("/orders/a%2Fb", .encodedSlashes, "path-encoded-slash"),
    ("/orders/a%5cb", .encodedSlashes, "path-encoded-slash"),
    ("/orders/..", .dotSegments, "path-dot-segment"),
    ("/orders/%2e", [.dotSegments, .encodedUnreserved], "path-dot-segment"),
    ("//orders/1", .emptySegments, "path-empty-segment"),
    ("/orders/%31", .encodedUnreserved, "percent-encoding-not-canonical"),
  ]

  @Test(
    "an odd path is refused before anything else is asked, unless its service allows just that",
    arguments: Self.oddPaths)
  func oddPath(path: String, rules: PathRules, refusal: String) throws {
    var situation = Situation()
    let line = "GET \(path)"
    for others in [PathRules.strict, .all.subtracting(rules)] {
      situation.pathRules = others
      let result = try self.request(situation, line)
      #expect(result.refusal?.code == "framing/\(refusal)")
      #expect(result.refusal?.status.code == 400)
    }
    situation.pathRules = rules
    #expect(try self.request(situation, line).refusal?.stage != .framing)
    let nobodys = try situation.inspect("\(line) HTTP/1.1\nHost: other.example")
    #expect(nobodys.refusal?.code == "framing/\(refusal)")
  }

  @Test("a path that is allowed is matched as one reading has it")
  func allowedPath() throws {
    var situation = Situation()
    situation.pathRules = .encodedSlashes
    let permit = try #require(try self.request(situation, "GET /orders/a%2Fb").permit)
    #expect(permit.operation?.id == "getOrder")
  }

  @Test("the credential is asked for before the operation's own refusal")
  func credentialFirst() throws {
    let result = try Situation().inspect("GET /nothing HTTP/1.1\nHost: orders.example")
    #expect(result.refusal?.code == "credential/token-missing")
  }

  @Test("an unknown operation is 404, another method 405 with Allow")
  func operation() throws {
    #expect(try self.request("GET /nothing").refusal?.code == "operation/unknown")
    let refusal = try #require(try self.request("DELETE /orders").refusal)
    #expect(refusal.status.code == 405)
    #expect(refusal.field("Allow") == "GET, POST")
  }

  @Test("a missing scope is named")
  func scope() throws {
    let refusal = try #require(
      try self.request(
        "POST /orders", "\nContent-Type: application/json\nContent-Length: 2"
      ).refusal)
    #expect(refusal.code == "scope/insufficient-scope")
    let challenge = try #require(refusal.field("WWW-Authenticate"))
    #expect(challenge.contains("error=\"insufficient_scope\""))
    #expect(challenge.contains("scope=\"orders.write\""))
  }

  @Test("violations are named by pointer, without values")
  func contract() throws {
    let missing = try #require(try self.request("GET /orders").refusal)
    #expect(missing.status.code == 400)
    #expect(missing.violations.map(\.pointer) == ["/query/page"])
    let body = String(decoding: missing.problem(requestID: "r").body(), as: UTF8.self)
    #expect(body.contains("\"pointer\":\"/query/page\""))
    #expect(body.contains("https://gatehouse.dev/problems/contract/violated"))
    let unexpected = try self.request("GET /orders/1", "\nContent-Length: 5").refusal
    #expect(unexpected?.violations.map(\.pointer) == ["/body"])
    let large = try self.request("GET /orders/1", "\nContent-Length: 1001").refusal
    #expect(large?.status.code == 413)
  }

  @Test("a body of another media type is 415")
  func mediaType() throws {
    var situation = Situation()
    situation.enforcement = [.scope: .off]
    let result = try self.request(
      situation, "POST /orders", "\nContent-Type: text/plain\nContent-Length: 2")
    #expect(result.refusal?.status.code == 415)
  }

  @Test("policy has the last word")
  func policy() throws {
    var situation = Situation()
    situation.verdict = PolicyVerdict(
      isAllowed: false, policies: ["shop/1"], explanation: "a policy forbids this")
    let result = try self.request(situation, "GET /orders/1")
    #expect(result.refusal?.code == "policy/denied")
    #expect(result.facts.policies == ["shop/1"])
  }

  @Test("in shadow a refusal is noted and the request goes on")
  func shadow() throws {
    var situation = Situation()
    situation.enforcement = [
      .operation: .shadow, .scope: .shadow, .contract: .shadow, .policy: .shadow,
      // These can never be relaxed, whatever is asked for.
      .host: .off, .credential: .off,
    ]
    situation.verdict = PolicyVerdict(isAllowed: false, policies: [], explanation: "no")
    let result = try self.request(situation, "POST /orders", "\nContent-Length: 1")
    #expect(result.permit != nil)
    #expect(
      result.facts.shadowed.map(\.code) == [
        "scope/insufficient-scope", "contract/media-type", "policy/denied",
      ])
    #expect(try situation.inspect(authorization: nil).refusal?.status.code == 401)
    #expect(try self.request(situation, "GET /nothing").permit?.operation == nil)
  }

  /// Requests that one stage alone refuses, and the code with which it does.
  static let refusals: [(stage: Stage, line: String, code: String)] = [
    (.operation, "GET /nothing", "operation/unknown"),
    (.operation, "DELETE /orders", "operation/method-not-allowed"),
    (.scope, "POST /orders", "scope/insufficient-scope"),
    (.contract, "GET /orders", "contract/violated"),
    (.policy, "GET /orders/1", "policy/denied"),
  ]

  @Test("each stage is relaxed by itself", arguments: refusals)
  func oneStage(_ stage: Stage, _ line: String, _ code: String) throws {
    let fields =
      stage == .scope ? "\nContent-Type: application/json\nContent-Length: 2" : ""
    var situation = Situation()
    if stage == .policy {
      situation.verdict = PolicyVerdict(isAllowed: false, policies: [], explanation: "no")
    }
    #expect(try self.request(situation, line, fields).refusal?.code == code)
    // What another stage may do changes nothing.
    for other in [Stage.operation, .scope, .contract, .policy] {
      situation.enforcement = [other: .off]
      let result = try self.request(situation, line, fields)
      #expect(result.refusal?.code == (other == stage ? nil : code))
    }
    situation.enforcement = [stage: .shadow]
    let shadowed = try self.request(situation, line, fields)
    #expect(shadowed.permit != nil)
    #expect(shadowed.facts.shadowed.map(\.code) == [code])
    situation.enforcement = [stage: .off]
    let off = try self.request(situation, line, fields)
    #expect(off.permit != nil)
    #expect(off.facts.shadowed.isEmpty)
  }

  @Test("without the operation's own stage, an unknown operation still needs the rest")
  func unknownOperation() throws {
    for mode in [Enforcement.shadow, .off] {
      var situation = Situation()
      situation.enforcement = [.operation: mode]
      let anonymous = try situation.inspect("GET /nothing HTTP/1.1\nHost: orders.example")
      #expect(anonymous.refusal?.code == "credential/token-missing")
      let large = try self.request(situation, "POST /nothing", "\nContent-Length: 1001")
      #expect(large.refusal?.status.code == 413)
      situation.verdict = PolicyVerdict(isAllowed: false, policies: [], explanation: "no")
      #expect(try self.request(situation, "GET /nothing").refusal?.code == "policy/denied")
    }
  }

  @Test("a field that cannot go on does not count as sent")
  func fieldsThatGoOn() throws {
    let situation = Situation()
    let start =
      "GET /tenants HTTP/1.1\r\nHost: orders.example\r\n"
      + "Authorization: Bearer \(try situation.issuer.token())\r\nX-Tenant: a"
    let end = Array("\r\n\r\n".utf8)
    #expect(try situation.inspect(bytes: Array(start.utf8) + end).permit != nil)
    let refusal = try situation.inspect(bytes: Array(start.utf8) + [0xff] + end).refusal
    #expect(refusal?.violations.map(\.pointer) == ["/header/x-tenant"])
  }

  @Test("routes match whole segments, the longest prefix first")
  func routes() throws {
    let world = try Situation().world()
    let service = try #require(world.routes.service(host: "orders.example", path: "/"))
    var table = RouteTable()
    table.add(service, host: "a.example", pathPrefix: "/v1")
    #expect(table.service(host: "a.example", path: "/v1") != nil)
    #expect(table.service(host: "a.example", path: "/v1/x") != nil)
    #expect(table.service(host: "a.example", path: "/v10") == nil)
    #expect(table.service(host: "a.example", path: "/") == nil)
    #expect(table.service(host: "b.example", path: "/v1") == nil)
  }

  @Test("every framing refusal becomes a problem of its own status")
  func framing() {
    for refusal in RequestRefusal.allCases {
      let answer = Refusal(framing: refusal)
      #expect(answer.stage == .framing)
      #expect(answer.status == refusal.status)
      #expect(answer.type == "https://gatehouse.dev/problems/framing/\(refusal.rawValue)")
    }
  }
}
