import OpenAPIContract
import Testing

@Suite("Security of a contract")
struct SecurityTests {
  private func scopes(
    operation: String = "", root: String = "", version: String = "3.1.0"
  ) throws -> [[String]] {
    let contract = try contract(operation: operation, root: root, version: version)
    let operation = try #require(contract.operations.first)
    return operation.scopes.alternatives.map { $0.scopes.sorted() }
  }

  private func code(_ operation: String, version: String = "3.1.0") -> ContractError.Code? {
    failure(document(operation: "      security: \(operation)", version: version))?.code
  }

  @Test("is the operation's, else the document's, else no scope at all")
  func levels() throws {
    let root = "security: [{oauth: [orders.read]}]"
    #expect(try scopes() == [])
    #expect(try scopes(root: root) == [["orders.read"]])
    #expect(
      try scopes(operation: "      security: [{oauth: [orders.write]}]", root: root) == [
        ["orders.write"]
      ])
    #expect(try scopes(operation: "      security: []", root: root) == [])
  }

  @Test("is a list of alternatives, each of which needs all of its schemes")
  func alternatives() throws {
    let text = "      security: [{oauth: [orders.read], oidc: [x]}, {bearer: [y]}, {}]"
    #expect(try scopes(operation: text) == [["orders.read", "x"], ["y"], []])
  }

  @Test("decides by any one alternative")
  func decision() {
    let need = ScopeRequirement(alternatives: [
      .init(scopes: ["a", "b"]), .init(scopes: ["c"]),
      .init(scopes: [], needsClientCertificate: true),
    ])
    #expect(need.isSatisfied(by: ["a", "b", "z"], hasClientCertificate: false))
    #expect(need.isSatisfied(by: ["c"], hasClientCertificate: false))
    #expect(!need.isSatisfied(by: ["a"], hasClientCertificate: false))
    #expect(!need.isSatisfied(by: [], hasClientCertificate: false))
    #expect(need.isSatisfied(by: [], hasClientCertificate: true))
    #expect(ScopeRequirement.none.isSatisfied(by: [], hasClientCertificate: false))
    let two = ScopeRequirement(alternatives: [
      .init(scopes: ["b", "a"]), .init(scopes: ["c", "d", "e"]),
    ])
    #expect(two.scopesToRequest(holding: []) == ["a", "b"])
    #expect(two.scopesToRequest(holding: ["c", "d", "e"]) == ["c", "d", "e"])
  }

  @Test("never takes a scheme for granted that cannot be checked")
  func unenforceable() throws {
    #expect(code("[{key: []}]") == .security)
    #expect(code("[{basic: []}]") == .security)
    #expect(code("[{key: []}, {basic: []}]") == .security)
    #expect(
      try scopes(operation: "      security: [{oauth: [orders.write]}, {key: []}]") == [
        ["orders.write"]
      ])
    #expect(
      try scopes(operation: "      security: [{oauth: [orders.write], key: []}, {oidc: [a]}]") == [
        ["a"]
      ])
    let mutual = try contract(operation: "      security: [{mtls: []}]").operations[0]
    #expect(!mutual.scopes.isSatisfied(by: ["orders.read"], hasClientCertificate: false))
  }

  @Test("refuses what names nothing or the wrong thing")
  func refused() {
    #expect(code("[{other: []}]") == .security)
    #expect(code("[{oauth: [orders.raed]}]") == .security)
    #expect(code("[{mtls: [a]}]") == .security)
    #expect(code("[{key: [a]}]") == .security)
    #expect(code("[{bearer: [a]}]", version: "3.0.3") == .security)
    #expect(code("[{bearer: []}]", version: "3.0.3") == nil)
    #expect(code("{oauth: [orders.read]}") == .invalid)
    #expect(code("[oauth]") == .invalid)
    #expect(code("[{oauth: orders.read}]") == .invalid)
    #expect(code("[{oauth: }]") == .invalid)
    #expect(code("[{oidc: ['a b']}]") == .invalid)
    #expect(code("[{oidc: ['']}]") == .invalid)
    #expect(code("null") == .invalid)
    let error = failure(document(operation: "      security: [{oidc: []}, {nope: []}]"))
    #expect(error?.pointer == "/paths/~1orders~1{id}/get/security/1/nope")
  }

  @Test("refuses a misspelt field, which would open the operation")
  func misspelt() {
    #expect(failure(document(operation: "      secuirty: []"))?.code == .unknownField)
    #expect(failure(document(root: "Security: []"))?.code == .unknownField)
    #expect(failure(document(operation: "      x-gatehouse-maxbody: 1"))?.code == .unknownField)
    #expect(failure(document(operation: "      x-anything: 1")) == nil)
  }

  @Test("declares the scopes of flows and of requirements")
  func declared() throws {
    let contract = try contract(operation: "      security: [{oidc: [profile]}, {bearer: [y]}]")
    #expect(contract.declaredScopes == ["orders.read", "orders.write", "x-admin", "profile", "y"])
  }

  @Test(
    "refuses a scheme that is malformed",
    arguments: [
      "{type: oauth}", "{type: oauth2}", "{type: http}", "{}", "x",
      "{type: oauth2, flows: {client: {scopes: {}}}}", "{type: oauth2, flows: {password: {}}}",
    ])
  func schemes(_ scheme: String) {
    let text = """
      openapi: 3.1.0
      info: {title: t, version: '1'}
      components: {securitySchemes: {s: \(scheme)}}
      paths: {}
      """
    #expect(failure(text) != nil)
  }
}
