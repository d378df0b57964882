import Enrollment
import ManifestFiles
import SPIFFE
import StrictJSON
import Testing

@Suite("Reading files and folders")
struct ManifestReadingTests {
  @Test("a folder gives its manifests and policies, and leaves contracts and other files alone")
  func folder() throws {
    let folder = try TemporaryFolder(Sample.shop)
    let set = try ManifestSet(reading: [folder.path])
    #expect(set.documents.map(\.name) == ["orders", "checkout"])
    #expect(set.documents.first?.contract == Sample.contract)
    #expect(set.policies.map(\.name) == ["shop"])
    #expect(set.policies.first?.text == Sample.policy)
    let trustDomain = try TrustDomain(parsing: "example.org")
    #expect(set.problems(trustDomain: trustDomain).isEmpty)
  }

  @Test("folders within a folder come after its files, by name, without hidden ones")
  func folders() throws {
    let folder = try TemporaryFolder([
      "b/two.cedar": Sample.policy, "a/one.cedar": Sample.policy, "z.cedar": Sample.policy,
      ".hidden/three.cedar": Sample.policy, ".four.cedar": Sample.policy,
    ])
    let set = try ManifestSet(reading: [folder.path + "/"])
    #expect(set.policies.map(\.name) == ["z", "one", "two"])
  }

  @Test("a file that two paths lead to is read once")
  func twice() throws {
    let folder = try TemporaryFolder(Sample.shop)
    try folder.link("again.yaml", to: "workloads.yaml")
    let path = "\(folder.path)/workloads.yaml"
    let set = try ManifestSet(reading: [path, folder.path, path])
    #expect(set.documents.map(\.name) == ["checkout", "orders"])
  }

  @Test("several documents stand in one file")
  func documents() throws {
    let other = Sample.workload.replacing("checkout", with: "billing")
    let folder = try TemporaryFolder(["all.yaml": "---\n\(Sample.workload)\n---\n\(other)\n"])
    let set = try ManifestSet(reading: ["\(folder.path)/all.yaml"])
    #expect(set.documents.map(\.name) == ["checkout", "billing"])
  }

  @Test("a contract is no manifest, whatever it is called and however it is written")
  func contracts() throws {
    var files = Sample.shop
    files["orders.openapi.yaml"] = nil
    files["orders.yml"] = Sample.service.replacing(
      "orders.openapi.yaml", with: "contracts/anything.yml")
    files["contracts/anything.yml"] = "not: [an, openapi"
    files["unused.yaml"] = Sample.contract
    files["aliases.yaml"] = "openapi: 3.1.0\na: &a 1\nb: *a\n"
    let folder = try TemporaryFolder(files)
    let set = try ManifestSet(reading: [folder.path])
    #expect(set.documents.map(\.name) == ["orders", "checkout"])
    #expect(set.documents.first?.contract == "not: [an, openapi")
  }

  @Test("naming a contract as a manifest is a mistake")
  func namedContract() throws {
    let folder = try TemporaryFolder(Sample.shop)
    let problems = try Problems(["\(folder.path)/orders.openapi.yaml"])
    #expect(problems.text.contains("this is an OpenAPI document"))
  }

  @Test("scalars mean what the core schema of YAML 1.2 says")
  func scalars() throws {
    let folder = try TemporaryFolder([
      "w.yaml": """
      apiVersion: gatehouse.dev/v1
      kind: Workload
      metadata: {name: a}
      spec:
        text: ["1000", '010', "true", yes, no, on, off, y, 1_000, 12:30:45, 2026-01-31, =, <<, 0b1]
        numbers: [010, 0o17, 0xff, -5, +5, 1.5, 1e3, .5]
        others: [true, False, null, ~, ""]
        empty:
        block: |
          - *this is text
        last: 1
      """
    ])
    let set = try ManifestSet(reading: [folder.path])
    let spec = try #require(set.documents.first?.spec)
    #expect(
      spec["text"] == [
        "1000", "010", "true", "yes", "no", "on", "off", "y", "1_000", "12:30:45", "2026-01-31",
        "=", "<<", "0b1",
      ])
    #expect(spec["numbers"] == [10, 15, 255, -5, 5, 1.5, 1000.0, 0.5])
    #expect(spec["others"] == [true, false, nil, nil, ""])
    #expect(spec["empty"] == .some(.null))
    #expect(spec["block"] == "- *this is text\n")
  }

  @Test("places of fields lead to their lines, also where the field is missing")
  func places() throws {
    let folder = try TemporaryFolder(Sample.shop)
    let set = try ManifestSet(reading: [folder.path])
    func line(_ kind: String, _ name: String, _ field: String) -> Int? {
      set.location(kind: kind, name: name, field: field)?.line
    }
    #expect(line("Workload", "checkout", "spec.owner") == 6)
    #expect(line("Workload", "checkout", "spec.evidence[0].match.uid") == 11)
    #expect(line("Workload", "checkout", "spec.evidence[0].nothing") == 10)
    #expect(line("Workload", "checkout", "spec.evidence[7]") == 9)
    #expect(line("Workload", "checkout", "spec.groups") == 4)
    #expect(line("Workload", "checkout", "") == 1)
    #expect(line("Service", "orders", "spec.routes[0].host") == 9)
    #expect(line("Policy", "shop", "12:4") == 12)
    #expect(set.location(kind: "Policy", name: "shop", field: "12:4")?.column == 4)
    #expect(line("Workload", "nobody", "spec") == nil)
  }
}

/// What is wrong with some paths.
struct Problems {
  let all: [ManifestProblem]

  init(_ paths: [String], limits: FileLimits = FileLimits()) throws {
    do {
      _ = try ManifestSet(reading: paths, limits: limits)
      self.all = []
    } catch {
      self.all = error.problems
    }
  }

  /// Of one file, with paths relative to it.
  init(file text: String, named name: String = "m.yaml") throws {
    let folder = try TemporaryFolder([name: text])
    try self.init(["\(folder.path)/\(name)"])
  }

  var text: String { self.all.map(\.description).joined(separator: "\n") }
  var lines: [Int] { self.all.map(\.location.line) }
}
