import Testing

/// The checker itself, on made-up sources: every rule fails once.
@Suite struct CheckerTests {
  private func tree(
    _ path: String, _ source: String, manifest: String = ""
  ) -> Tree {
    Tree(files: [Tree.File(path, source)], manifest: Manifest(manifest))
  }

  @Test(
    "an import along which no arrow points is found",
    arguments: [
      ("Standards/JOSE", "import NIOCore"), ("Standards/JOSE", "import Logging"),
      ("Standards/JOSE", "import Credentials"), ("Standards/StrictJSON", "import Crypto"),
      ("Domain/Audit", "import Enrollment"), ("Domain/Audit", "package import Enrollment"),
      ("Domain/Issuance", "import Synchronization"), ("Domain/Audit", "import Foundation"),
      ("Domain/Audit", "import RecordStore"), ("Storage/AuditStore", "import Audit"),
      ("Storage/RecordStore", "import GRDB"), ("Services/ControlPlane", "import SQLiteStore"),
      ("Services/ControlPlane", "import NIOCore"), ("Services/ControlPlane", "import KeyCustody"),
      ("Services/ControlPlane", "import Gateway"), ("Services/Gateway", "import RecordStore"),
      ("Services/NodeAgent", "import RecordStore"), ("Services/Gateway", "import NIOSSL"),
      ("Edges/ControlPlaneAPI", "import ControlPlane"),
      ("Edges/ControlPlaneClient", "import ControlPlane"),
      ("Edges/WorkloadAPIServer", "import ControlPlane"), ("Edges/GatewayProxy", "import GRDB"),
      ("Edges/KeyCustody", "@preconcurrency import RecordStore"),
      ("Edges/SecretFiles", "import struct KeyCustody.KeyEncryptionKey"),
      ("Programs/gatehouse", "import XCTest"),
      ("TestKits/EventIndexConformance", "import SQLiteStore"),
      ("Domain/Audit", "@_spi(X) public import Issuance"),
      ("Domain/Audit", "import Credentials; import Issuance"),
    ])
  func imports(target: String, line: String) {
    let tree = self.tree("Sources/\(target)/File.swift", "// A file.\n  \(line)\nlet x = 1\n")
    #expect(tree.forbiddenImports.count == 1, "\(target): \(line)")
  }

  @Test("an import that is allowed is not, and neither is a word in a comment or a text")
  func allowedImports() {
    let source = """
      import Credentials
      package import StrictJSON
      // import Issuance
      /* import Issuance /* import Enrollment */ import Issuance */
      let a = "import Issuance"
      let b = \"""
        import Issuance
        \"""
      let c = #"" import Issuance"#
      """
    let tree = self.tree("Sources/Domain/Audit/File.swift", source)
    #expect(tree.forbiddenImports.isEmpty)
    #expect(tree.files[0].text.imports == ["Credentials", "StrictJSON"])
  }

  @Test("a dependency in the manifest along which no arrow points is found")
  func dependencies() {
    let manifest = Manifest(
      """
      library("Domain", "Audit", ["Credentials", "Issuance", crypto]),
      library(
        "Services", "ControlPlane",
        [
          "SQLiteStore", "Credentials",
        ]),
      program("gatehouse", ["KeyCustody"]),
      """)
    #expect(manifest.entries.map(\.name) == ["Audit", "ControlPlane", "gatehouse"])
    let texts = Tree(files: [], manifest: manifest).forbiddenImports.map(\.text)
    #expect(
      texts == [
        "Audit may not depend on Issuance", "ControlPlane may not depend on SQLiteStore",
      ])
  }

  @Test("an import that the manifest does not declare is found, and so is a target that it lacks")
  func undeclared() {
    let path = "Sources/Domain/Audit/File.swift"
    let source = "import Credentials\nimport StrictJSON\n"
    let half = self.tree(path, source, manifest: #"library("Domain", "Audit", ["StrictJSON"])"#)
    #expect(
      half.undeclared.map(\.text) == ["imports Credentials, which Package.swift does not declare"])
    #expect(self.tree(path, source).undeclared.count == 1)
    let whole = self.tree(
      path, source, manifest: #"library("Domain", "Audit", ["StrictJSON", "Credentials"])"#)
    #expect(whole.undeclared.isEmpty)
  }

  @Test(
    "a target in a wrong layer, an unknown one and a file outside of any is found",
    arguments: [
      "Sources/Domain/ControlPlane/A.swift", "Sources/Services/KeyCustody/A.swift",
      "Sources/Standards/Unheard/A.swift", "Sources/Layer/Audit/A.swift", "Sources/A.swift",
      "Sources/Domain/A.swift", "Sources/domain/Audit/A.swift",
    ])
  func misplaced(path: String) {
    #expect(self.tree(path, "").misplaced.count == 1)
  }

  @Test("a target in its layer is not")
  func placed() {
    #expect(self.tree("Sources/Domain/Audit/A.swift", "").misplaced.isEmpty)
    #expect(self.tree("Sources/Domain/Audit/Deeper/A.swift", "").misplaced.isEmpty)
    let wrong = Tree(files: [], manifest: Manifest(#"library("Edges", "Audit", [])"#))
    #expect(wrong.misplaced.count == 1)
  }

  @Test(
    "what the gateway must not link is found, however long the way",
    arguments: ["Issuance", "KeyCustody", "ControlPlane", "ControlPlaneServer"])
  func closure(target: String) {
    let byImports = Tree(
      files: [
        Tree.File("Sources/Programs/gatehouse-gateway/Main.swift", "import GatewayProxy"),
        Tree.File("Sources/Edges/GatewayProxy/A.swift", "import Gateway"),
        Tree.File("Sources/Services/Gateway/A.swift", "package import \(target)"),
      ], manifest: Manifest(""))
    #expect(byImports.excluded.map(\.place) == ["gatehouse-gateway"])
    let byManifest = Tree(
      files: [],
      manifest: Manifest(
        """
        program("gatehouse-gateway", ["GatewayProxy"])
        library("Edges", "GatewayProxy", ["Gateway"])
        library("Services", "Gateway", ["\(target)"])
        """))
    #expect(byManifest.excluded.map(\.place) == ["gatehouse-gateway"])
    #expect(byManifest.closure(of: "gatehouse-gateway").contains(target))
    let elsewhere = Tree(
      files: [Tree.File("Sources/Programs/gatehouse/Main.swift", "import \(target)")],
      manifest: Manifest(""))
    #expect(elsewhere.excluded.isEmpty)
  }

  @Test(
    "code that traps, escapes the compiler or takes time by itself is found",
    arguments: [
      "fatalError()", "fatalError(\"x\")", "preconditionFailure()", "precondition(a > 0)",
      "let a = try! b()", "let a = b as! C", "final class A: @unchecked Sendable {}",
      "nonisolated(unsafe) var a = 1", "Task { }", "  Task{ await a() }", "Task.detached { }",
      "let t = Task(priority: .high) { }", "Task<Void, Never> { }", "_ = Task.init { }", "Date()",
      "let now = Date.now", "Date(timeIntervalSinceNow: 1)",
      "var g = SystemRandomNumberGenerator()",
      "let a = \"\\(try! b())\"", "Date( )",
    ])
  func forbiddenCode(line: String) {
    for layer in [
      "Domain/Audit", "Standards/JOSE", "Storage/AuditStore", "Services/Gateway",
      "Edges/KeyCustody",
    ] {
      let tree = self.tree("Sources/\(layer)/A.swift", "func f() {\n  \(line)\n}\n")
      #expect(tree.forbiddenCode.count == 1, "\(line)")
      #expect(tree.forbiddenCode.first?.place == "Sources/\(layer)/A.swift:2")
    }
    #expect(self.tree("Sources/Programs/gatehouse/A.swift", line).forbiddenCode.isEmpty)
    #expect(self.tree("Tests/AuditTests/A.swift", line).forbiddenCode.isEmpty)
    #expect(self.tree("Sources/Edges/GatewayFeedAPI/a.pb.swift", line).forbiddenCode.isEmpty)
  }

  @Test(
    "code that only looks like it is not",
    arguments: [
      "// fatalError()", "let a = \"fatalError()\"", "group.addTask { }",
      "try Task.checkCancellation()",
      "if Task.isCancelled { }", "promise.completeWithTask { }", "Date(timeIntervalSince1970: 1)",
      "let a = try? b()", "a as? B", "/* try! */", "let a = \"\\(b) try! c\"", "#\"as! \"#",
      "func subTask() {}", "let update()", "isn.t!", "try !a()", "a as !b",
    ])
  func allowedCode(line: String) {
    #expect(self.tree("Sources/Domain/Audit/A.swift", line).forbiddenCode.isEmpty, "\(line)")
  }

  @Test(
    "a folder whose name says nothing is found",
    arguments: [
      "Sources/Domain/Audit/Util/A.swift", "Sources/Domain/Audit/Utils/A.swift",
      "Sources/Domain/Common/A.swift", "Sources/Domain/Audit/Helpers/A.swift",
      "Sources/Domain/KeyManager/A.swift", "Tests/AuditTests/Helpers/A.swift",
      "Sources/Domain/Audit/TokenHelper/Deep/A.swift",
    ])
  func vague(path: String) {
    #expect(self.tree(path, "").vagueFolders.count == 1)
  }

  @Test(
    "a folder that is named after what is in it is not",
    arguments: [
      "Sources/Domain/Audit/A.swift", "Sources/Edges/SecretFiles/A.swift",
      "Sources/Domain/Commons/A.swift",
    ])
  func named(path: String) {
    #expect(self.tree(path, "").vagueFolders.isEmpty)
  }

  @Test("every rule counts in the whole")
  func whole() {
    let tree = Tree(
      files: [
        Tree.File("Sources/Nowhere.swift", ""),
        Tree.File("Sources/Domain/Audit/Util/A.swift", "import Issuance\nlet a = try! b()"),
        Tree.File("Sources/Programs/gatehouse-gateway/A.swift", "import Audit"),
      ], manifest: Manifest(""))
    for part in [
      tree.misplaced, tree.forbiddenImports, tree.undeclared, tree.excluded, tree.forbiddenCode,
      tree.vagueFolders,
    ] {
      #expect(!part.isEmpty)
      #expect(Set(part).isSubset(of: tree.violations))
    }
  }
}
