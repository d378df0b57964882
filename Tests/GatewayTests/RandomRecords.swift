import Credentials
import Distribution
import StrictJSON
import TestIssuers

/// Records as administrators may make them: mostly right, in places wrong, from a seed.
struct RandomRecords {
  private var state: UInt64

  init(seed: UInt64) { self.state = seed }

  /// A whole world.
  mutating func items(_ issuer: TestIssuer) throws -> [FeedItem] {
    // Settings and the key of the tests' world.
    var items = try TestRecords.world(issuer).filter {
      ["setting", "signing-key"].contains($0.kind)
    }
    for (number, name) in ["checkout", "b.c", "a"].prefix(self.below(4)).enumerated() {
      items.append(self.item("workload", name, self.workload(number), text: nil))
    }
    for (number, name) in ["orders", "x-1", "Y_2"].prefix(self.below(4)).enumerated() {
      let contract = self.pick(Self.contracts, Self.noContracts)
      items.append(self.item("service", name, self.service(number), text: contract))
    }
    for name in ["shop", "all", "0"].prefix(self.below(4)) {
      let text = (0...self.below(3)).map { number in
        "@id(\"\(number)\") " + self.pick(Self.policies, Self.noPolicies)
      }
      items.append(self.item("policy", name, [:], text: text.joined(separator: "\n")))
    }
    if self.below(3) == 0 {
      let id = "spiffe://example.org\(self.pick(Self.paths, Self.noPaths))"
      let value = self.pick(Self.postures, Self.noPostures)
      items.append(FeedItem(kind: "posture", name: id, value: Array(value.utf8)))
    }
    if self.below(4) == 0 { items.append(try TestRecords.revocation(cutoff: 7)) }
    return items
  }

  private mutating func item(
    _ kind: String, _ name: String, _ spec: JSONObject, text: String?
  ) -> FeedItem {
    FeedItem(kind: kind, name: name, value: ManifestRecord(spec: spec, text: text).bytes)
  }

  private mutating func workload(_ number: Int) -> JSONObject {
    var spec: JSONObject = [
      "path": .string(self.own(number, of: Self.paths, Self.noPaths)),
      "owner": .string(self.pick(Self.words, [""])),
      "purpose": .string(self.pick(Self.words, [""])),
      "environment": .string(self.pick(Self.words, [""])),
      "evidence": self.pick(
        [[["attestor": "unix", "match": ["uid": "1000"]]]],
        [[], "unix", [["attestor": "tpm", "match": [:]]], [["attestor": "unix", "match": [:]]]]),
    ]
    if self.below(2) == 0 {
      spec["groups"] = .array((0..<self.below(3)).map { _ in .string(self.pick(Self.words, [""])) })
    }
    if self.below(3) == 0 { spec["kind"] = .string(self.pick(Self.words, [""])) }
    if self.below(3) == 0 { spec["tenant"] = .string(self.pick(Self.words, [""])) }
    if self.below(3) == 0 { spec["nodes"] = self.pick([["prod"], []], ["prod", [1]]) }
    if self.below(40) == 0 { spec["unknown"] = 1 }
    return spec
  }

  private mutating func service(_ number: Int) -> JSONObject {
    var spec: JSONObject = [
      "owner": .string(self.pick(Self.words, [""])), "purpose": "p",
      "exposure": self.pick(["internal", "partner", "public"], ["secret", 1]),
      "audience": .string(self.own(number, of: Self.audiences, Self.noAudiences)),
      "routes": .array((0...self.below(2)).map { self.route(number + 3 * $0) }),
      "upstream": self.pick(
        [
          "http://127.0.0.1:9001", "https://up.example",
          ["endpoints": [["url": "http://a"], ["url": "http://b", "weight": 3]]],
        ],
        ["http://x/y", "127.0.0.1", "ftp://x", 7, ["endpoints": []], ["endpoints": [["url": 1]]]]),
      "contract": "c.yaml",
    ]
    let optional: [(String, [JSONValue], [JSONValue])] = [
      ("anonymous", [[], ["getOrder"]], [["gone"], [1], "getOrder"]),
      ("tokenLifetime", ["1h", "60s"], ["2h", "x", 0]), ("forwardToken", [true, false], ["yes"]),
      ("audit", ["required", "best-effort"], ["never"]),
      (
        "enforcement", [["policy": "shadow"], ["scope": "off"], [:]],
        [["host": "off"], ["policy": "x"]]
      ),
      (
        "limits", [["requestBody": 0], ["responseTimeout": "5s"]], [["requestBody": -1], ["x": 1]]
      ),
      ("senderConstraint", ["none", "required", "dpop", "mutual-tls"], ["bearer", true]),
      ("webSocket", [true, false], ["yes"]),
      (
        "externalOrigin", ["https://api.example", "http://[::1]:8080"],
        ["https://api.example/", "https://API.example", "api.example", 7]
      ),
      (
        "paths",
        [[:], ["encodedSlash": "allow"], ["emptySegments": "allow", "dotSegments": "refuse"]],
        [["dots": "allow"], ["encodedSlash": true], "allow"]
      ),
    ]
    for (name, good, bad) in optional where self.below(4) == 0 { spec[name] = self.pick(good, bad) }
    return spec
  }

  private mutating func route(_ number: Int) -> JSONValue {
    var route: JSONObject = [
      "host": .string(self.own(number, of: Self.hosts, ["", "A.example", "a:80", "*"]))
    ]
    if self.below(2) == 0 {
      route["pathPrefix"] = .string(
        self.pick(
          ["/", "/v1", "/v1/", "/v2", "/v2/x"], ["", "v1", "//", "/a/../b", "/a?b", "/a%2f"]))
    }
    return .object(route)
  }

  /// SplitMix64.
  private mutating func below(_ bound: Int) -> Int {
    self.state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = self.state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return Int(mixed % UInt64(bound))
  }

  /// Something right that no other has, or sometimes what another may have too.
  private mutating func own(_ number: Int, of good: [String], _ bad: [String]) -> String {
    self.below(20) == 0 ? self.pick(good, bad) : good[number % good.count]
  }

  /// Something right, or rarely something wrong.
  private mutating func pick<Value>(_ good: [Value], _ bad: [Value]) -> Value {
    let list = self.below(100) == 0 ? bad : good
    return list[self.below(list.count)]
  }
}

extension RandomRecords {
  static let paths = ["/shop/checkout", "/a", "/a/b", "/A_b.c-d", "/0"]
  private static let noPaths = ["", "/", "a", "/gatehouse/x", "/a//b", "/\u{E9}", "/{x}", "/a/.."]
  private static let words = [
    "shop", "prod", "a b", "\u{E9}", "e\u{301}", "\"", "\\", "::", "\u{1F600}", "a\nb", "1",
  ]
  private static let audiences = [
    "https://orders.example", "https://orders.example/", "spiffe://example.org/x", "a://b",
  ]
  private static let noAudiences = [
    "", "orders", "https://a b", "https://\u{E9}", "https://a\"", "https://a\\", "x://",
    "https://" + String(repeating: "a", count: 600),
  ]
  private static let hosts = [
    "orders.example", "a.example", "b.example", "localhost", "127.0.0.1", "c-d",
  ]

  private static let contracts = [
    TestRecords.contract, "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}",
    """
    {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {
      "/a/{x}/{y-z}": {"get": {"operationId": "get\\"A", "responses": {"200": {"description": ""}},
        "parameters": [{"name": "x", "in": "path", "required": true, "schema": {"type": "string"}},
          {"name": "y-z", "in": "path", "required": true, "schema": {"type": "string"}}]}}}}
    """,
  ]
  private static let noContracts = [
    "", "openapi: [", "{}", "openapi: 2.0",
    TestRecords.contract.replacing("operationId: getOrder", with: "operationId: 7"),
    TestRecords.contract.replacing("in: path", with: "in: nowhere"),
    TestRecords.contract.replacing("/orders/{id}", with: "orders/{id"),
    TestRecords.contract.replacing("openapi: 3.1.0", with: "openapi: 3.1.0\nopenapi: 3.1.0"),
  ]

  private static let policies = [
    "permit(principal, action, resource);",
    "permit(principal in Gatehouse::Group::\"shop\", action, resource);",
    "@mode(\"shadow\") forbid(principal, action, resource);",
    "@mode(\"shadow\") permit(principal is Gatehouse::Anonymous, action, resource);",
    "forbid(principal, action, resource) when { context.noSuchThing };",
    "forbid(principal, action, resource) when { principal.environment == \"e\u{301}\" };",
    "permit(principal, action, resource) when { context.posture has firewall };",
    "permit(principal in Gatehouse::Group::\"\u{E9}\", action, resource);",
    "permit(principal, action, resource in Gatehouse::Service::\"x-1\") unless { 1 < \"a\" };",
    "permit(principal is Nobody, action in [], resource is Nothing::More);",
  ]
  private static let noPolicies = [
    "permit", "permit(principal, action, resource)", "@id(\"a\")", "\u{0}",
    "permit(principal == ?principal, action, resource);",
    "@mode(\"off\") permit(principal, action, resource);",
    "permit(principal, action, resource); @id(\"0\") permit(principal, action, resource);",
    "@id(\"x\") permit(principal, action, resource);",
  ]

  private static let postures = [
    #"{"facts":{}}"#, #"{"facts":{"firewall":{"value":"on","observedAt":7}}}"#,
    #"{"facts":{"_a":{"value":"\u0000","observedAt":-7},"b":{"value":"","observedAt":0}}}"#,
  ]
  private static let noPostures = [
    "", "{}", #"{"facts":[]}"#, #"{"facts":{"a-b":{"value":"x","observedAt":7}}}"#,
    #"{"facts":{"a":{"value":"x","observedAt":7.5}}}"#, #"{"facts":{"a":{},"a":{}}}"#,
  ]
}
