import OpenAPIContract
import Testing

@Suite("A contract document")
struct ContractDocumentTests {
  @Test("says the same in YAML and in JSON")
  func bothSyntaxes() throws {
    let json = """
      {"openapi": "3.1.0", "info": {"title": "Orders \\ud83d\\ude00", "version": "1.0"},
       "paths": {"/orders/{id}": {"get": {"operationId": "op", "parameters":
       [{"name": "id", "in": "path", "required": true}],
       "responses": {"200": {"description": "ok"}}}}}}
      """
    let fromJSON = try Contract(parsing: json)
    let fromYAML = try contract()
    #expect(fromJSON.operations == fromYAML.operations)
    #expect(fromJSON.title == "Orders 😀")
    #expect(fromYAML.title == "Orders")
    #expect(fromYAML.version == "1.0")
    #expect(fromYAML.operations[0].responses == ["200"])
    #expect(try Contract(parsing: "\u{FEFF}" + json).operations.count == 1)
    #expect(fromYAML.operation(id: "op")?.method == "GET")
  }

  @Test(
    "of another version is refused",
    arguments: ["2.0", "3.2.0", "4.0.0", "3.1", "3.10.0", "'3.1.x'", "three", "3.1.0.0", "[]"])
  func versions(_ version: String) {
    let error = failure(document(version: version))
    #expect(error?.code == .unsupportedVersion || error?.code == .invalid)
    #expect(failure("swagger: '2.0'\ninfo: {title: a, version: b}")?.code == .invalid)
  }

  @Test(
    "that is no document is refused",
    arguments: [
      "", " ", "a", "[]", "null", "{", "{}", "}", "{\"a\": }", "{\"a\" 1}", "{\"a\": 1,}", "{} x",
      "{\"a\": \"\\x\"}", "{\"a\": \"\\ud800\"}", "{\"a\": \"\\u12\"}", "{\"a\": \"\n\"}",
      "{\"a\": 01}",
      "{\"a\": +1}", "{\"a\": .5}", "{\"a\": NaN}", "{\"a\": tru}", "{a: 1}", "{\"a",
      "{\"a\": \"\\",
      "- a\n- b", "a: b\n---\nc: d", "a: [", "a: 'b", "\ta: b", "a: *b", "a: &a [*a]",
      "a: !!binary x",
      "a: !ruby/object x", "%YAML 9.9\n---\na: b", "a: \u{0}", "? [a]\n: b", "a: b\na: c",
    ])
  func garbage(_ text: String) {
    #expect(failure(text) != nil)
  }

  @Test("with a key twice is refused, in both syntaxes and however the key is written")
  func duplicates() {
    let json = #"{"openapi": "3.1.0", "openapi": "3.1.0"}"#
    #expect(failure(json)?.code == .duplicateKey)
    #expect(failure(#"{"a": {"b": 1, "\u0062": 2}}"#)?.pointer == "/a/b")
    #expect(failure("openapi: 3.1.0\nopenapi: 3.1.0")?.code == .duplicateKey)
    #expect(failure("a: {200: x, '200': y}")?.code == .duplicateKey)
    #expect(failure("a: {b: x, \"b\": y}")?.code == .duplicateKey)
    #expect(failure("a:\n  ~: x\n  ~: y")?.code == .duplicateKey)
  }

  @Test("may use anchors for whole values, and merge keys not at all")
  func anchors() throws {
    let operation = """
            description: &text some text
            summary: *text
      """
    #expect(try contract(operation: operation).operations.count == 1)
    #expect(failure("a: &a {b: c}\nd:\n  <<: *a")?.code == .syntax)
    #expect(failure("a: &a {b: c}\nd:\n  <<: *a")?.message.contains("merge") == true)
  }

  @Test(
    "cannot make a little text into many values",
    arguments: [
      "k: [*i,*i]", "? *i\n: x", "*i : x", "{*i : x}", "{[*i]: x}", "k: {? *i : x}", "- *i : x",
      "? x: *i\n: y", "k:\n  ?\n    *i\n  : x", "\u{85}? *i\n: x", "k: *i\u{2028}? *i\n: x",
    ])
  func billionLaughs(_ last: String) {
    var text = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    for (name, before) in zip("bcdefghi", "abcdefgh") {
      text += "\(name): &\(name)\n" + String(repeating: "  - *\(before)\n", count: 9)
    }
    let limits = ContractLimits(values: 10_000)
    let codes = [ContractError.Code.syntax, .tooLarge]
    #expect(codes.contains(failure(text + last, limits: limits)?.code ?? .invalid))
    #expect(failure(text, limits: limits)?.code == .tooLarge)
  }

  @Test("has limits of size, depth and number")
  func limits() {
    let deepJSON =
      String(repeating: "{\"a\":", count: 5_000) + "1" + String(repeating: "}", count: 5_000)
    #expect(failure(deepJSON)?.code == .tooLarge)
    #expect(failure("{\"a\":" + String(repeating: "[", count: 200_000))?.code == .tooLarge)
    #expect(failure("a: " + String(repeating: "[", count: 100_000)) != nil)
    #expect(
      failure("a: " + String(repeating: "[", count: 500) + String(repeating: "]", count: 500))?.code
        == .tooLarge)
    #expect(failure(String(repeating: "- ", count: 50_000) + "a") != nil)
    #expect(failure(String(repeating: "? ", count: 50_000) + "a") != nil)
    var small = ContractLimits()
    small.documentBytes = 10
    #expect(failure(document(), limits: small)?.code == .tooLarge)
    small = ContractLimits()
    small.values = 20
    #expect(failure(document(), limits: small)?.code == .tooLarge)
    small = ContractLimits()
    small.operations = 0
    #expect(failure(document(), limits: small)?.code == .tooLarge)
    small = ContractLimits()
    small.pathSegments = 1
    #expect(failure(document(), limits: small)?.code == .tooLarge)
  }

  @Test("cut short or changed at any byte is refused or read, and never traps")
  func mutations() {
    let bytes = Array(document(operation: "      security: [{oauth: [orders.read]}]").utf8)
    for end in stride(from: 0, to: bytes.count, by: 7) {
      _ = failure(String(decoding: bytes[..<end], as: UTF8.self))
    }
    for place in stride(from: 0, to: bytes.count, by: 5) {
      for byte in "\n{[\"'&*?!|>%@`\u{0}:-#\t".utf8 {
        var changed = bytes
        changed[place] = byte
        _ = failure(String(decoding: changed, as: UTF8.self))
      }
    }
  }
}

@Suite("References in a contract")
struct ReferenceTests {
  private func code(_ operation: String, components: String = "") -> ContractError.Code? {
    failure(document(operation: operation, components: components))?.code
  }

  @Test("are followed within the document")
  func local() throws {
    let components = """
        parameters:
          Limit: {$ref: '#/components/parameters/Real~1Limit'}
          Real/Limit: {name: limit, in: query, required: true, schema: {type: integer}}
        requestBodies:
          Order:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/Tree'}}}
        schemas:
          Tree:
            type: object
            properties: {child: {$ref: '#/components/schemas/Tree'}, $ref: {type: string}}
      """
    let operation = """
            parameters: [{$ref: '#/components/parameters/Limit'}]
            requestBody: {$ref: '#/components/requestBodies/Order'}
      """
    let read = try contract(operation: operation, components: components).operations[0]
    #expect(read.parameters.map(\.name) == ["id", "limit"])
    #expect(read.requestBody?.isRequired == true)
    #expect(read.requestBody?.contentTypes == ["application/json"])
  }

  @Test(
    "to anything outside are refused",
    arguments: [
      "other.yaml", "https://evil.example/a", "file:///etc/passwd", "#", "#/", "#/info",
      "#/paths/~1a",
      "components/a", "#components", "other.yaml#/components/a", "//x#/components/a",
      "#/components/parameters/None", "#/components/parameters/%zz", "#/components/parameters/~2",
      "",
    ])
  func outside(_ reference: String) {
    #expect(code("      parameters: [{$ref: '\(reference)'}]") == .reference)
    #expect(
      code("      x: 1\n", components: "  schemas: {A: {$ref: '\(reference)'}}") == .reference)
  }

  @Test("in a circle are refused")
  func circle() {
    let one = "  schemas: {A: {$ref: '#/components/schemas/A'}}"
    #expect(code("", components: one) == .reference)
    let two =
      "  schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}"
    #expect(code("", components: two) == .reference)
  }

  @Test("of path items stand alone")
  func pathItems() throws {
    let text = { (extra: String) in
      """
      openapi: 3.1.0
      info: {title: t, version: '1'}
      components:
        pathItems:
          A: {get: {operationId: a}}
      paths:
        /a: {$ref: '#/components/pathItems/A'\(extra)}
      """
    }
    #expect(try Contract(parsing: text("")).operations.map(\.id) == ["a"])
    #expect(failure(text(", put: {operationId: b}"))?.code == .reference)
  }
}
