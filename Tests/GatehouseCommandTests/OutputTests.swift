import ControlPlaneAPI
import StrictJSON
import Testing

@testable import gatehouse

@Suite("What commands print")
struct OutputTests {
  @Test("JSON is indented by two blanks and keeps the order of members")
  func json() {
    let value: JSONValue = ["b": [1, "x\n", []], "a": [:], "c": ["d": nil]]
    let text = """
      {
        "b": [
          1,
          "x\\n",
          []
        ],
        "a": {},
        "c": {
          "d": null
        }
      }
      """
    #expect(JSONText.text(value) == text)
  }

  @Test("YAML quotes what any version of YAML would take for something else")
  func yaml() {
    let value: JSONValue = [
      "plain": "https://a.example/x", "number": "1000", "word": "yes", "empty": "", "bool": true,
      "list": [["a": 1, "b": [2]], "- c", [3]], "none": [], "text": "permit (\n  a\n);\n",
      "odd": "a: b",
    ]
    let text = """
      plain: https://a.example/x
      number: "1000"
      word: "yes"
      empty: ""
      bool: true
      list:
        - a: 1
          b:
            - 2
        - "- c"
        - - 3
      none: []
      text: |
        permit (
          a
        );
      odd: "a: b"
      """
    #expect(YAMLText.text(value) == text)
  }

  @Test("control characters never reach a terminal, and a text stays on one line")
  func plain() {
    #expect(Terminal.plain("a\u{1B}[2Jb\r\nc\u{202E}d") == "a?[2Jb?; c?d")
    var table = TextTable(["NAME", "X"])
    table.add(["long name", ""])
    table.add(["\u{7}", "y"])
    #expect(table.text == "NAME        X\nlong name   -\n?           y")
  }

  @Test("a story reads from the evidence to the revocation")
  func story() {
    let text = TraceStory([
      "query": "r1", "workload": "spiffe://example.org/a",
      "evidence": ["attestor": "unix", "facts": ["uid": ["1000"]]],
      "credential": ["id": "c1", "scopes": ["a", "b"]],
      "requests": [
        [
          "requestId": "r1", "time": "T", "method": "GET", "path": "/x", "operation": "o",
          "decision": "refused", "stage": "scope", "status": 403, "bytesOut": 0,
          "reasons": ["insufficient-scope"],
        ]
      ], "revocation": nil,
    ]).text
    let expected = """
      Workload
        spiffe://example.org/a
      Evidence
        attestor: unix
        facts:
          uid: 1000
      Credential
        id: c1
        scopes: a, b
      Requests
        T  refused  403  GET /x
          request r1, operation o, stage scope, 0 bytes out
          because insufficient-scope
      Revocation
        none
      """
    #expect(text == expected)
  }

  @Test("a status shows lists as tables")
  func status() {
    let text = StatusText.text([
      "server": ["trustDomain": "example.org"],
      "gateways": [["name": "dev", "revision": 3], ["name": "b", "current": true]],
      "notEnforcing": [],
    ])
    let expected = """
      Server
        trustDomain: example.org
      Gateways
        NAME   REVISION   CURRENT
        dev    3          -
        b      -          yes
      Not enforcing
        none
      """
    #expect(text == expected)
  }

  @Test("a change tells what it did and where it is not in force yet")
  func change() {
    let reply = ChangeReply(
      items: [.init(kind: "Workload", name: "a", action: "updated", notes: ["n"])], revision: 1,
      gateways: GatewayReply(acknowledged: [], missing: ["gw"]))
    #expect(
      ChangeText.lines(reply) == ["Workload/a updated", "  n", "not yet in force at: gw"])
    #expect(ChangeText.lines(reply, isDryRun: true).first == "Workload/a updated (dry run)")
  }
}
