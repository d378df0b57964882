import Enrollment
import SPIFFE
import StrictJSON
import Testing

@Suite struct WorkloadManifestTests {
  @Test("a whole manifest becomes a workload")
  func whole() throws {
    let workload = try workload(["kind": "gateway", "tenant": "acme", "nodes": ["prod"]])
    #expect(workload.name == "checkout")
    #expect(workload.id.description == "spiffe://example.org/shop/checkout")
    #expect(workload.owner == "payments-team")
    #expect(workload.purpose == "takes orders")
    #expect(workload.environment == "prod")
    #expect(workload.kind == "gateway")
    #expect(workload.tenant == "acme")
    #expect(workload.groups == ["shop"])
    #expect(workload.nodes == ["prod"])
    #expect(workload.evidence.map(\.attestor) == ["unix"])
    #expect(workload.evidence.map(\.match) == [["uid": "1000", "path": "/usr/bin/checkout"]])
  }

  @Test("what may be left out has a value that is written down")
  func defaults() throws {
    let workload = try workload(["groups": JSONValue?.none, "nodes": JSONValue?.none])
    #expect(workload.kind == "workload")
    #expect(workload.tenant == "")
    #expect(workload.groups == [] && workload.nodes == [])
  }

  @Test(
    "a required field that is missing is named",
    arguments: ["path", "owner", "purpose", "environment", "evidence"])
  func missing(field: String) {
    let error = manifestError { _ = try workload([field: JSONValue?.none]) }
    #expect(error?.field == "spec.\(field)")
    #expect(error?.message.contains("required") == true)
  }

  @Test(
    "a field of the wrong type is named",
    arguments: [
      "path", "owner", "purpose", "environment", "kind", "tenant", "groups", "nodes", "evidence",
    ])
  func wrongType(field: String) {
    for value in [JSONValue.integer(1), true, nil, ["a": "b"]] {
      let error = manifestError { _ = try workload([field: .some(value)]) }
      #expect(error?.field == "spec.\(field)", "\(value)")
    }
  }

  @Test(
    "an unknown field is an error that names the nearest one",
    arguments: [
      ("onwer", "owner"), ("Owner", "owner"), ("purposes", "purpose"), ("evidnce", "evidence"),
      ("node", "nodes"), ("enviroment", "environment"),
    ])
  func unknownField(written: String, meant: String) {
    let error = manifestError { _ = try workload([written: "x"]) }
    #expect(error?.field == "spec.\(written)")
    #expect(error?.message == "unknown field; did you mean `\(meant)`?")
  }

  @Test(
    "an unknown field that resembles none has no suggestion, and is shown short and on one line")
  func strangeField() {
    let long = "line\nbreak\u{2028}\u{202E}" + String(repeating: "x", count: 100_000)
    let error = manifestError { _ = try workload([long: "x"]) }
    #expect(error?.message == "unknown field")
    #expect((error?.field.utf8.count ?? 0) < 100)
    #expect(error?.field.hasPrefix("spec.line?break??xxx") == true)
  }

  @Test(
    "a text that would break a line, turn it round or fill a page is refused",
    arguments: [
      "", "a\nb", "a\rb", "a\u{0}b", "a\u{7F}", "a\u{85}b", "a\u{2028}b", "a\u{2029}b",
      "a\u{202E}b", "a\u{2066}b", "a\u{FEFF}b", String(repeating: "x", count: 4097),
    ])
  func hostileText(text: String) {
    for field in ["owner", "purpose", "environment", "kind"] {
      #expect(manifestError { _ = try workload([field: .string(text)]) }?.field == "spec.\(field)")
    }
    for field in ["groups", "nodes"] {
      let error = manifestError { _ = try workload([field: ["fine", .string(text)]]) }
      #expect(error?.field == "spec.\(field)[1]")
    }
  }

  @Test("text of any language is fine")
  func anyLanguage() throws {
    #expect(try workload(["owner": "équipe 支払い 👩‍💻"]).owner == "équipe 支払い 👩‍💻")
  }

  @Test("a group that stands twice is an error, also among very many")
  func repeated() {
    #expect(
      manifestError { _ = try workload(["groups": ["a", "b", "a"]]) }?.field == "spec.groups[2]")
    let many = (0..<60_000).map { JSONValue.string("g\($0)") }
    #expect(manifestError { _ = try workload(["groups": .array(many)]) } == nil)
  }

  @Test(
    "a path that no SPIFFE ID has is refused",
    arguments: [
      "shop", "/", "//", "/shop/", "/shop//x", "/./x", "/../x", "/shop checkout", "/shöp",
      "/shop%2Fx", "/shop?x", "/shop#x", "/a:b", "/{repository}", "/ci/{x}", "\n/shop",
      "/" + String(repeating: "a", count: 2048),
    ])
  func paths(path: String) {
    #expect(manifestError { _ = try workload(["path": .string(path)]) }?.field == "spec.path")
  }

  @Test("paths of the control plane's own parts cannot be registered")
  func reserved() throws {
    for path in ["/gatehouse", "/gatehouse/gateway", "/gatehouse/server/x"] {
      #expect(manifestError { _ = try workload(["path": .string(path)]) }?.field == "spec.path")
    }
    #expect(try workload(["path": "/gatehouse-shop"]).id.segments == ["gatehouse-shop"])
  }

  @Test("evidence of nothing, of nobody's attestor, or that matches everybody is refused")
  func evidence() {
    let cases: [(JSONValue, String)] = [
      ([], "spec.evidence"), (["unix"], "spec.evidence[0]"),
      ([["match": ["uid": "1"]]], "spec.evidence[0].attestor"),
      ([["attestor": "unx", "match": ["uid": "1"]]], "spec.evidence[0].attestor"),
      ([["attestor": "unix"]], "spec.evidence[0].match"),
      ([["attestor": "unix", "match": [:]]], "spec.evidence[0].match"),
      ([["attestor": "unix", "match": []]], "spec.evidence[0].match"),
      ([["attestor": "unix", "mach": ["uid": "1"]]], "spec.evidence[0].mach"),
      ([["attestor": "unix", "match": ["uidd": "1"]]], "spec.evidence[0].match.uidd"),
      ([["attestor": "unix", "match": ["uid": true]]], "spec.evidence[0].match.uid"),
      ([["attestor": "unix", "match": ["uid": 1.5]]], "spec.evidence[0].match.uid"),
      ([["attestor": "unix", "match": ["uid": ["1"]]]], "spec.evidence[0].match.uid"),
      (
        [
          ["attestor": "unix", "match": ["uid": "1"]], ["attestor": "unix", "match": ["gid": ""]],
        ],
        "spec.evidence[1].match.gid"
      ),
    ]
    for (value, field) in cases {
      #expect(manifestError { _ = try workload(["evidence": .some(value)]) }?.field == field)
    }
    let error = manifestError {
      _ = try workload(["evidence": [["attestor": "unx", "match": ["uid": "1"]]]])
    }
    #expect(error?.message == "unknown attestor; did you mean `unix`?")
  }

  @Test(
    "a value that no process can have is refused, instead of never matching",
    arguments: [
      ("uid", "root"), ("uid", "-1"), ("uid", "+1"), ("uid", "01"), ("uid", "4294967296"),
      ("gid", "1.0"), ("supplementary_gid", "1 "), ("path", "usr/bin/x"), ("sha256", "ab"),
      ("sha256", String(repeating: "AB", count: 32)),
      ("sha256", String(repeating: "zz", count: 32)),
    ])
  func impossibleFacts(fact: String, value: String) {
    let rule: JSONValue = [["attestor": "unix", "match": .object([fact: .string(value)])]]
    #expect(
      manifestError { _ = try workload(["evidence": .some(rule)]) }?.field
        == "spec.evidence[0].match.\(fact)")
  }

  @Test("a number is taken for its text, because YAML writes uids so")
  func numbers() throws {
    let workload = try workload(["evidence": [["attestor": "unix", "match": ["uid": 1000]]]])
    #expect(workload.evidence.map(\.match) == [["uid": "1000"]])
  }

  @Test("another path, evidence or node group is another identity; owner and groups are not")
  func identityChanges() throws {
    let older = try workload()
    for change: [String: JSONValue?] in [
      ["path": "/shop/other"], ["nodes": ["prod"]],
      ["evidence": [["attestor": "unix", "match": ["uid": "1001"]]]],
    ] {
      #expect(try workload(change).changesIdentity(of: older))
    }
    for change: [String: JSONValue?] in [
      [:], ["owner": "b"], ["purpose": "b"], ["environment": "b"], ["groups": []], ["kind": "b"],
    ] {
      #expect(try !workload(change).changesIdentity(of: older))
    }
  }
}
