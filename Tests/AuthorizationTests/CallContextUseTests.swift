import CedarPolicy
import Credentials
import Testing

@testable import Authorization

@Suite struct CallContextUseTests {
  private func use(_ policies: String...) throws -> CallContextUse {
    let files = policies.enumerated().map { PolicyFile(name: "p\($0.offset)", text: $0.element) }
    return CallContextUse(
      of: try PolicyFile.merge(files), action: try Vocabulary.action("call"))
  }

  private static let all = "permit(principal, action, resource)"

  @Test(
    "policies read what they name, and no more",
    arguments: [
      ("true", []), ("principal.owner == \"context.now\"", []), ("context.now > 5", .now),
      ("context.scopes.contains(\"a\")", .scopes), ("context has tenant", .tenant),
      ("context has posture.disk && context.posture.disk.age < 5", .posture),
      ("context.request.method == \"GET\"", .method),
      ("context.request.path like \"/a*\" || context.environment == \"x\"", [.path, .environment]),
      ("ip(context.request.source).isLoopback()", .source),
      ("context.request.parameters has id", .parameters),
      ("context.request has parameters.id", .parameters),
      ("context has request.path", .path), ("context has request", .request),
      ("context.request.nothing == 1", .request), ("context.request has nothing", .request),
      ("context.request == {\"path\": \"x\"}", .request),
      ("[context.request].contains(resource)", .request),
      (
        "if context.now == 1 then context.tenant == \"a\" else principal in resource",
        [.now, .tenant]
      ),
      ("context.nothing", .all), ("context has nothing", .all), ("context == {}", .all),
      ("{\"x\": context}.x.now == 1", .all), ("(if true then context else {}).now == 1", .all),
    ] as [(String, CallContextUse)])
  func condition(condition: String, expected: CallContextUse) throws {
    #expect(try self.use("\(Self.all) when { \(condition) };") == expected)
    #expect(try self.use("\(Self.all) unless { \(condition) };") == expected)
    #expect(try self.use("\(Self.all);", "\(Self.all) when { \(condition) };") == expected)
  }

  @Test("what only the issuing of credentials reads is not made for calls")
  func issuing() throws {
    let issue = "permit(principal, action == Gatehouse::Action::\"issue\", resource)"
    let call = "permit(principal, action == Gatehouse::Action::\"call\", resource)"
    let either =
      "permit(principal, action in [Gatehouse::Action::\"issue\", Gatehouse::Action::\"call\"], resource)"
    #expect(try self.use("\(issue) when { context.evidence.node == \"a\" };") == [])
    #expect(try self.use("\(call) when { context.now == 1 };") == .now)
    #expect(try self.use("\(either) when { context.now == 1 };") == .now)
  }

  @Test("a decision by what policies can read is the decision by everything")
  func decisions() throws {
    let conditions = [
      "context.now == 1800000000", "context.now.x == 1", "context.scopes.contains(\"orders.read\")",
      "context.scopes.isEmpty()", "context.request.method == \"GET\"", "context.request.path == 1",
      "context.request.path like \"/orders*\"", "context.request.parameters.id == \"7\"",
      "context.request.parameters has id", "context.request has parameters.id",
      "context has request.source", "ip(context.request.source).isLoopback()",
      "context.request.source.isIpv4()", "context.environment == principal.environment",
      "context.tenant == \"\"", "context has posture.disk", "context.posture.disk.value == \"on\"",
      "context has evidence", "context.evidence.node == \"x\"", "context.request has nothing",
      "context.request.nothing", "context == {}", "context", "context.request == {}",
      "{\"x\": context}.x.now == 1800000000", "(if true then context else {}).now == 1800000000",
      "principal in Gatehouse::Group::\"shop\"", "principal.kind == \"ai-agent\"",
    ]
    var outcomes: Set<String> = []
    for effect in ["permit", "forbid"] {
      for condition in conditions {
        for kind in ["when", "unless"] {
          for mode in ["", "@mode(\"shadow\") "] {
            let model = try model(
              "permit(principal, action, resource) when { resource in Gatehouse::Service::\"orders\" };",
              "\(mode)\(effect)(principal, action, resource) \(kind) { \(condition) };")
            for question in Self.questions {
              let decision = try model.mayCall(question)
              #expect(try model.decide(model.question(question)) == decision, "\(condition)")
              outcomes.insert("\(decision.isAllowed) \(decision.errors.isEmpty)")
            }
          }
        }
      }
    }
    // Otherwise little was compared.
    #expect(outcomes.count == 4)
  }

  private static var questions: [CallQuestion] {
    [nil, shop, agent, "spiffe://example.org/nobody"].flatMap { caller in
      [("list", "orders"), ("list", "other"), ("", "orders"), ("nothing", "orders"), ("a", "b")]
        .flatMap { operation, service in
          [
            ([], [:]), (["orders.read"], ["id": "7"]),
            (["b", "a", "b"], ["é": "1", "x": "2"]),
          ]
          .map { scopes, parameters in
            call(by: caller, operation, of: service, scopes: scopes, parameters: parameters)
          }
        }
    }
  }
}
