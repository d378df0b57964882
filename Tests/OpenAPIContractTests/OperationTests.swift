import OpenAPIContract
import Testing

@Suite("An operation")
struct OperationTests {
  private func code(_ operation: String) -> ContractError.Code? {
    failure(document(operation: operation))?.code
  }

  private func operation(_ text: String) throws -> OpenAPIContract.Operation {
    try contract(operation: text).operations[0]
  }

  @Test(
    "needs an id of its own",
    arguments: ["", "a b", "a/b", "é", String(repeating: "a", count: 129)])
  func identifiers(_ id: String) {
    let text = document().replacing("operationId: op", with: "operationId: '\(id)'")
    #expect(failure(text)?.code == .invalid)
  }

  @Test("has an id, and no other has the same")
  func unique() {
    #expect(failure(document().replacing("operationId: op", with: "summary: x"))?.code == .invalid)
    let twice = """
      openapi: 3.1.0
      info: {title: t, version: '1'}
      paths: {/a: {get: {operationId: a}}, /b: {get: {operationId: a}}}
      """
    #expect(failure(twice)?.code == .duplicateOperation)
    #expect(failure(twice)?.pointer == "/paths/~1b/get/operationId")
  }

  @Test(
    "refuses parts of the wrong form",
    arguments: [
      "parameters: {}", "parameters: [1]", "parameters: [{in: query}]",
      "parameters: [{name: a, in: body}]", "parameters: [{name: a, in: path, required: true}]",
      "parameters: [{name: id, in: path}]", "parameters: [{name: a, in: query, required: 'yes'}]",
      "parameters: [{name: a, in: query}, {name: a, in: query}]",
      "parameters: [{name: A, in: header}, {name: a, in: header}]", "requestBody: {}",
      "requestBody: {content: {json: {}}}", "requestBody: {content: {'a/b/c': {}}}",
      "requestBody: {content: {}, required: 1}", "x-gatehouse-max-body: -1",
      "x-gatehouse-max-body: 1.5", "x-gatehouse-max-body: '1'", "x-gatehouse-max-body: 1e3",
    ])
  func wrongForm(_ part: String) {
    #expect(code("      \(part)") == .invalid)
  }

  @Test(
    "refuses statuses that are none", arguments: ["20", "2000", "6XX", "2xx", "XX2", "ok", "0XX"])
  func responses(_ status: String) {
    let text = document().replacing("\"200\"", with: "\"\(status)\"")
    #expect(failure(text)?.code == .invalid)
  }

  @Test("takes the place of parameters that it shares with its path")
  func merging() throws {
    let text = """
            parameters:
              - {name: id, in: path, required: true, description: own}
              - {name: X-Tenant, in: header, required: true}
              - {name: Authorization, in: header, required: true}
      """
    #expect(try operation(text).parameters.map(\.name) == ["id", "X-Tenant"])
  }

  @Test("tells what a request lacks, by pointer and never by value")
  func parameters() throws {
    let operation = try operation(
      """
            parameters:
              - {name: X-Tenant, in: header, required: true}
              - {name: a/b~c, in: query, required: true}
              - {name: filter, in: query, required: true, style: deepObject}
              - {name: point, in: query, required: true, schema: {type: object}}
              - {name: list, in: query, required: true, schema: {type: array}}
              - {name: free, in: query}
              - {name: session, in: cookie, required: true}
      """)
    let bare = operation.violations(of: RequestFacts())
    #expect(
      bare.map(\.pointer) == ["/header/x-tenant", "/query/a~1b~0c", "/query/filter", "/query/list"])
    #expect(bare.allSatisfy { $0.keyword == .required && $0.status == 400 })
    let full = RequestFacts(
      queryNames: ["a/b~c", "filter[x]", "list"], headerNames: ["x-tenant", "other"])
    #expect(operation.violations(of: full).isEmpty)
  }

  @Test("checks the body's presence, type and announced size")
  func bodies() throws {
    let operation = try operation(
      """
            x-gatehouse-max-body: 200
            requestBody:
              required: true
              x-gatehouse-max-body: 100
              content: {application/json: {}, text/*: {}, Application/Merge-Patch+JSON; x=y: {}}
      """)
    let check = { (types: [String], bytes: UInt64?) in
      operation.violations(
        of: RequestFacts(contentTypes: types, hasBody: true, bodyBytes: bytes)
      ).map(\.keyword)
    }
    #expect(operation.requestBody?.maximumBytes == 100)
    #expect(operation.violations(of: RequestFacts()).map(\.keyword) == [.required])
    #expect(check(["application/json"], 100).isEmpty)
    #expect(check(["APPLICATION/JSON ; charset=utf-8"], nil).isEmpty)
    #expect(check(["text/plain"], 1).isEmpty)
    #expect(check(["application/merge-patch+json"], 1).isEmpty)
    #expect(check(["application/json"], 101) == [.maximumBytes])
    #expect(check(["application/json", "text/plain"], 1) == [.repeatedContentType])
    for type in [
      "", "json", "application/xml", "*/*", "text/*", "application/json x", "a/b/c", "/",
    ] {
      #expect(check([type], 1) == [.contentType], "\(type)")
    }
    #expect(check([], 101) == [.contentType, .maximumBytes])
  }

  @Test("without a declared body takes none")
  func unexpected() throws {
    let violations = try operation("").violations(of: RequestFacts(hasBody: true))
    #expect(violations == [Violation(pointer: "/body", keyword: .unexpectedBody)])
  }
}
