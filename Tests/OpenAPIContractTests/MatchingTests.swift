import OpenAPIContract
import Testing

@Suite("Matching a request to an operation")
struct MatchingTests {
  private func id(_ match: Contract.Match) -> String? {
    if case .operation(let operation, _) = match { operation.pathTemplate } else { nil }
  }

  static let shop = paths([
    ("/", ["get"]), ("/orders", ["get", "post"]), ("/orders/{id}", ["get", "delete"]),
    ("/orders/mine", ["get"]), ("/orders/{id}/items/{item}", ["get"]),
    ("/orders/mine/items", ["put"]),
    ("/orders/{id}:cancel", ["post"]), ("/reports/report.{format}", ["get"]),
    ("/reports/{name}", ["get"]), ("/caf%C3%A9/{x}", ["get"]), ("/orders/", ["patch"]),
    ("/a/{b}/c", ["get"]), ("/a/b/{c}", ["get"]),
  ])

  @Test(
    "prefers literal segments, then more literal text around a variable",
    arguments: [
      ("GET", "/", "/"), ("GET", "/orders", "/orders"), ("GET", "/orders/1", "/orders/{id}"),
      ("GET", "/orders/mine", "/orders/mine"),
      ("GET", "/orders/1/items/2", "/orders/{id}/items/{item}"),
      ("GET", "/orders/mine/items/2", "/orders/{id}/items/{item}"),
      ("PUT", "/orders/mine/items", "/orders/mine/items"),
      ("POST", "/orders/7:cancel", "/orders/{id}:cancel"),
      ("GET", "/reports/report.pdf", "/reports/report.{format}"),
      ("GET", "/reports/sales", "/reports/{name}"), ("GET", "/caf%c3%a9/y", "/caf%C3%A9/{x}"),
      ("PATCH", "/orders/", "/orders/"), ("GET", "/a/b/c", "/a/b/{c}"),
      ("GET", "/a/x/c", "/a/{b}/c"),
      // A mark that would join the slash before it, were a path cut at characters.
      ("GET", "/orders/\u{301}1/items/\u{301}", "/orders/{id}/items/{item}"),
    ])
  func matches(_ method: String, _ path: String, _ template: String) throws {
    let contract = try Contract(parsing: Self.shop)
    #expect(id(contract.match(method: method, path: path)) == template)
  }

  @Test(
    "finds nothing for another path",
    arguments: [
      "", "orders", "/Orders", "/orders/1/", "/orders//", "//", "/orders/1/items",
      "/orders/1/items/",
      "/reports/", "/a/b", "/orders/%", "/orders/%zz", "/orders/%00", "/orders/%ff", "*",
      "/orders/1/items/2/3", "/caf%C3/y", "/cafe/y",
    ])
  func notFound(_ path: String) throws {
    #expect(try Contract(parsing: Self.shop).match(method: "GET", path: path) == .notFound)
  }

  @Test("names the methods that a path has, and HEAD does not follow from GET")
  func methodNotAllowed() throws {
    let contract = try Contract(parsing: Self.shop)
    #expect(
      contract.match(method: "PUT", path: "/orders") == .methodNotAllowed(allow: ["GET", "POST"]))
    #expect(
      contract.match(method: "HEAD", path: "/orders/1")
        == .methodNotAllowed(allow: ["DELETE", "GET"]))
    #expect(contract.match(method: "get", path: "/") == .methodNotAllowed(allow: ["GET"]))
    #expect(
      contract.match(method: "DELETE", path: "/orders/mine") == .methodNotAllowed(allow: ["GET"]))
  }

  @Test("decodes parameters once")
  func parameters() throws {
    let contract = try Contract(parsing: Self.shop)
    guard
      case .operation(_, let values) = contract.match(
        method: "GET", path: "/orders/a%20b%252F/items/%C3%A9")
    else {
      Issue.record("no operation")
      return
    }
    #expect(values == ["id": "a b%2F", "item": "é"])
    let cancel = contract.match(method: "POST", path: "/orders/7:cancel")
    guard case .operation(_, ["id": "7"]) = cancel else {
      Issue.record("wrong parameters")
      return
    }
  }

  @Test("never takes a variable for nothing")
  func emptyVariable() throws {
    let contract = try Contract(parsing: Self.shop)
    #expect(contract.match(method: "GET", path: "/orders/") == .methodNotAllowed(allow: ["PATCH"]))
    #expect(id(contract.match(method: "POST", path: "/orders/:cancel")) == nil)
    #expect(id(contract.match(method: "GET", path: "/reports/report.")) == "/reports/{name}")
  }

  @Test("refuses templates that match the same paths")
  func ambiguous() {
    let twice = paths([("/a/{x}", ["get"]), ("/a/{y}", ["get"])])
      .replacing("operationId: get-a--y-", with: "operationId: other")
    #expect(failure(twice)?.code == .ambiguousPath)
    #expect(failure(twice)?.pointer == "/paths/~1a~1{y}/get")
    #expect(failure(paths([("/a/{x}", ["get"]), ("/a/{y}", ["put"])])) == nil)
    #expect(failure(paths([("/a/{x}", ["get"]), ("/a/{y}.json", ["get"])])) == nil)
  }

  @Test(
    "refuses templates that are malformed",
    arguments: [
      "a", "/a?b", "/a#b", "/{a", "/a}", "/{}", "/{a}{b}", "/{a}-{b}", "/a//b", "/.", "/a/..",
      "/%zz", "/%00", "/{{a}}", "/{a}/{a}", "/%2e%2e/a",
    ])
  func malformed(_ path: String) {
    let text = """
      {"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
       "paths": {"\(path)": {"get": {"operationId": "x"}}}}
      """
    #expect(failure(text)?.code == .invalid)
  }

  @Test("stays quick for a contract with many branches at each segment")
  func branching() throws {
    var entries: [(String, [String])] = []
    for depth in 1...12 {
      let literal = String(repeating: "/a", count: depth - 1)
      entries.append(
        (literal + "/{x}" + String(repeating: "/a", count: 20 - depth) + "/z", ["get"]))
    }
    let contract = try Contract(parsing: paths(entries))
    let path = String(repeating: "/a", count: 21)
    #expect(contract.match(method: "GET", path: path) == .notFound)
  }
}
