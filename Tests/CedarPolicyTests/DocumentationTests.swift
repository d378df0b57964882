import CedarPolicy
import Foundation
import Testing

/// What the documentation shows, run.
@Suite("Documentation")
struct DocumentationTests {
  @Test("the article on deciding a request says what happens")
  func article() throws {
    let schema = try Schema(
      parsing: """
        entity Team;
        entity User in [Team] = { level: Long };
        entity Document = { owner: User, secret?: Bool };
        action read appliesTo {
          principal: User, resource: Document, context: { network: ipaddr }
        };
        """)

    let policies = try PolicySet(
      parsing: """
        @id("team")
        permit(principal in Team::"archive", action == Action::"read", resource is Document)
        when { context.network.isInRange(ip("10.0.0.0/8")) };

        @id("secrets")
        forbid(principal, action == Action::"read", resource)
        when { resource has secret && resource.secret && principal.level < 3 };
        """,
      source: "archive.cedar",
      naming: { _, annotations in annotations["id"].map { PolicyID($0) } })

    let validation = Validator(schema).validate(policies)
    #expect(validation.errors.isEmpty)

    let entities = try Entities(
      json: """
        [
          {"uid": {"type": "User", "id": "ann"}, "attrs": {"level": 2},
           "parents": [{"type": "Team", "id": "archive"}]},
          {"uid": {"type": "Document", "id": "plan"}, "parents": [],
           "attrs": {"owner": {"type": "User", "id": "ann"}, "secret": true}}
        ]
        """, schema: schema)

    let request = try Request(
      json: #"""
        {"principal": "User::\"ann\"", "action": "Action::\"read\"",
         "resource": "Document::\"plan\"", "context": {"network": "10.1.2.3"}}
        """#, schema: schema)

    let engine = CompiledPolicies(policies, entities: entities)
    let response = engine.isAuthorized(request)
    #expect(response.decision == .deny)
    #expect(response.reasons == ["secrets"])
    #expect("\(response.reasons)" == "[secrets]")
    #expect(response.errors.isEmpty)
  }

  @Test("the article's code is the code of the test above")
  func codeOfArticle() throws {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let article = try String(
      contentsOf: package.appending(
        path: "Sources/Standards/CedarPolicy/CedarPolicy.docc/DecideARequest.md"), encoding: .utf8)
    let test = Set(try String(contentsOfFile: #filePath, encoding: .utf8).trimmedLines)
    // What only prints is in the article alone.
    let printing = ["for ", "switch ", "case ", "}"]
    for block in article.components(separatedBy: "```swift\n").dropFirst() {
      let code = block.components(separatedBy: "```").first ?? ""
      for line in code.trimmedLines
      where !test.contains(line) && !printing.contains(where: line.hasPrefix) {
        Issue.record("the test does not have `\(line)`")
      }
    }
  }
}

extension String {
  fileprivate var trimmedLines: [String] {
    split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
