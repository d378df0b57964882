import CedarPolicy

extension HostileReader {
  private static let jsonShapes = [
    Shape("", "[", "", "]", ""), Shape("", "{\"a\":", "1", "}", ""),
    Shape("", "[{\"a\":", "1", "}]", ""),
  ]

  private static let jsonPieces = ["[", "{\"a\":", "\"", "[],", "\\u0041", "\"\u{E9}\","]

  static let policiesJSON = HostileReader(
    name: "policies in JSON",
    samples: [
      #"{"staticPolicies": {"p\u00e9": {"effect": "permit", "principal": {"op": "is", "#
        + #""entity_type": "A::B", "in": {"entity": {"type": "C", "id": "d"}}}, "action": {"op": "in", "#
        + #""entities": [{"type": "Action", "id": "x"}]}, "resource": {"op": "All"}, "conditions": [{"#
        + #""kind": "when", "body": {"&&": {"left": {"has": {"left": {"Var": "context"}, "attr": "a"}}, "#
        + #""right": {"like": {"left": {"Value": "x"}, "pattern": ["Wildcard", {"Literal": "y"}]}}}}}], "#
        + #""annotations": {"a": "b"}}}, "templates": {"t": {"effect": "forbid", "principal": {"op": "#
        + #""==", "slot": "?principal"}, "action": {"op": "All"}, "resource": {"op": "All"}, "#
        + #""conditions": []}}, "templateLinks": [{"templateId": "t", "newId": "l", "values": {"#
        + #""?principal": {"type": "U", "id": "v"}}}]}"#
    ],
    shapes: jsonShapes + [
      policyShape(#"{"!":{"arg":"#, #"{"Value":true}"#, "}}"),
      policyShape(#"{"Set":["#, #"{"Value":true}"#, "]}"),
      policyShape(#"{"Record":{"a":"#, #"{"Value":true}"#, "}}"),
      policyShape(#"{".":{"attr":"a","left":"#, #"{"Var":"context"}"#, "}}"),
      policyShape(#"{"&&":{"left":{"Value":true},"right":"#, #"{"Value":true}"#, "}}"),
      policyShape(#"{"ip":["#, #"{"Value":"x"}"#, "]}"),
    ],
    duplicates: [
      #"{"staticPolicies": {}, "staticPolicies": {}}"#,
      #"{"staticPolicies": {"a": \#(plainPolicy), "a": \#(plainPolicy)}, "templates": {}}"#,
      #"{"staticPolicies": {"a": \#(plainPolicy)}, "templates": {"a": \#(plainPolicy)}}"#,
    ], pieces: jsonPieces
  ) { _ = try PolicySet(json: $0) }

  private static let plainPolicy =
    #"{"effect": "permit", "principal": {"op": "All"}, "action": {"op": "All"}, "#
    + #""resource": {"op": "All"}, "conditions": []}"#

  private static func policyShape(_ open: String, _ inner: String, _ close: String) -> Shape {
    Shape(
      #"{"staticPolicies": {"a": {"effect": "permit", "principal": {"op": "All"}, "action": "#
        + #"{"op": "All"}, "resource": {"op": "All"}, "conditions": [{"kind": "when", "body": "#,
      open, inner, close, "}]}}}")
  }

  static let entities = HostileReader(
    name: "entities in JSON",
    samples: [
      #"[{"uid": {"type": "A::B", "id": "\ud83d\ude00"}, "attrs": {"a": [1, -2, true, "x\n"], "b": "#
        + #"{"c": {"__extn": {"fn": "ip", "arg": "::1"}}, "d": {"__entity": {"type": "C", "id": ""}}}}, "#
        + #""parents": [{"type": "C", "id": "d"}], "tags": {"t": 9223372036854775807}}]"#
    ],
    shapes: jsonShapes + [
      attributeShape("[", "1", "]"), attributeShape("{\"a\":", "1", "}"),
      attributeShape(#"{"__extn":{"fn":"ip","arg":"#, "1", "}}"),
    ],
    duplicates: [
      #"[{"uid": {"type": "A", "id": "b"}}, {"uid": {"type": "A", "id": "b"}}]"#,
      #"[{"uid": {"type": "A", "id": "b"}, "attrs": {"a": 1, "\u0061": 2}, "parents": []}]"#,
      #"[{"uid": {"type": "A", "id": "b", "id": "c"}, "attrs": {}, "parents": []}]"#,
    ], pieces: jsonPieces + [#"{"uid":{"type":"A","id":"b"},"attrs":{},"parents":[]},"#]
  ) { _ = try Entities(json: $0) }

  private static func attributeShape(_ open: String, _ inner: String, _ close: String) -> Shape {
    Shape(
      #"[{"uid": {"type": "A", "id": "b"}, "parents": [], "attrs": {"a": "#, open, inner, close,
      "}}]")
  }

  static let request = HostileReader(
    name: "requests in JSON",
    samples: [
      #"{"principal": {"type": "A", "id": "b"}, "action": "Action::\"x\"", "resource": {"__entity": "#
        + #"{"type": "A", "id": "b"}}, "context": {"a": {"b": [1, {"c": "d"}]}}}"#
    ],
    shapes: jsonShapes,
    duplicates: [
      #"{"principal": "A::\"b\"", "principal": "A::\"b\"", "action": "A::\"b\"", "resource": "A::\"b\""}"#
    ], pieces: ["[", "{\"a\":"]
  ) { _ = try Request(json: $0) }

  static let record = HostileReader(
    name: "records in JSON", samples: [#"{"a": {"b": [1, {"c": "\u00e9"}]}, "d": true}"#],
    shapes: jsonShapes, duplicates: [#"{"a": 1, "a": 1}"#], pieces: ["[", "{\"a\":"]
  ) { _ = try CedarRecord(json: $0) }
}
