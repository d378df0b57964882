import Foundation
import ManifestFiles
import SPIFFE
import Testing

@Suite("Refusing files")
struct ManifestRefusalTests {
  @Test(
    "what is unknown is named with its line and its nearest valid name",
    arguments: [
      ("kind: Workload", "kind: Workloda", 2, "did you mean `Workload`?"),
      ("kind: Workload", "kind: Quux", 2, "the kinds are Workload, Service"),
      ("gatehouse.dev/v1", "gatehouse.dev/v2", 1, "unknown version `gatehouse.dev/v2`"),
      ("metadata:", "metdata:", 3, "did you mean `metadata`?"),
      ("{name: checkout}", "{nam: checkout}", 3, "did you mean `name`?"),
    ])
  func unknown(old: String, new: String, line: Int, message: String) throws {
    let problems = try Problems(file: Sample.workload.replacing(old, with: new))
    #expect(problems.lines == [line])
    #expect(problems.text.contains(message))
    #expect(problems.text.contains("m.yaml:\(line): "))
  }

  @Test(
    "what the fields get wrong is found without the server",
    arguments: [
      ("  owner: payments-team", "  onwer: payments-team", 6, "did you mean `owner`?"),
      ("/shop/checkout", "shop/checkout", 5, "expected a path"),
      ("attestor: unix", "attestor: unxi", 10, "did you mean `unix`?"),
      ("uid: \"1000\"", "udi: \"1000\"", 11, "did you mean `uid`?"),
      ("  environment: prod\n", "", 4, "required, and missing"),
    ])
  func fields(old: String, new: String, line: Int, message: String) throws {
    let folder = try TemporaryFolder(["m.yaml": Sample.workload.replacing(old, with: new)])
    let set = try ManifestSet(reading: [folder.path])
    let problems = set.problems(trustDomain: try TrustDomain(parsing: "example.org"))
    #expect(problems.map(\.location.line) == [line])
    #expect(problems.first?.message.contains(message) == true)
  }

  @Test(
    "documents that are none are refused",
    arguments: [
      ("", "the file holds no document"),
      ("# only a comment\n", "the file holds no document"),
      ("---\n", "this document is empty"),
      ("\(Sample.workload)\n---\n", "this document is empty"),
      ("just text\n", "expected a mapping"),
      ("[1, 2]\n", "expected a mapping"),
      ("apiVersion: 1\n", "expected text"),
      ("a: [1\n", "not YAML"),
      ("a: b: c\n", "not YAML"),
      ("\t- a\n", "not YAML"),
      ("a: \u{1}\n", "not YAML"),
      ("x: 1\nx: 2\n", "twice in one mapping: `x`"),
      ("\"x\": 1\n'x': 2\n", "twice"),
      ("1: 2\n", "expected a name"),
      ("? [a]\n: b\n", "expected a name"),
      ("a: !!int \"1\"\n", "tags are not supported"),
      ("a: !secret b\n", "tags are not supported"),
      ("a: !!set {b}\n", "tags are not supported"),
      ("a: .nan\n", "out of range"),
      ("a: 99999999999999999999\n", "out of range"),
      ("a: &b 1\n", "anchors and aliases"),
      ("a: &b [1]\nc: *b\n", "anchors and aliases"),
      ("a: *b\n", "not YAML: found undefined alias"),
      ("&a b: c\n", "expected a name"),
      (String(repeating: "[", count: 50) + String(repeating: "]", count: 50), "nested deeper"),
      (String(repeating: "[", count: 100_000), "not YAML"),
      (String(repeating: "{a: ", count: 5000), "not YAML"),
      ("apiVersion: gatehouse.dev/v1\nkind: Workload\nmetadata: {name: a b}\nspec: {}", "253"),
      ("apiVersion: gatehouse.dev/v1\nkind: Workload\nmetadata: {name: a}\nspec: 1", "mapping"),
      ("apiVersion: gatehouse.dev/v1\nkind: Workload\nmetadata: {name: a}", "missing"),
    ])
  func malformed(text: String, message: String) throws {
    let problems = try Problems(file: text)
    #expect(problems.all.count == 1)
    #expect(problems.text.contains(message))
  }

  @Test("aliases that would multiply are refused before they do")
  func bomb() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "? &a\(level) [\(aliases)]\n: 1\n"
    }
    #expect(try Problems(file: text).text.contains("anchors and aliases are not supported"))
  }

  @Test("one name stands once for each kind")
  func duplicates() throws {
    let folder = try TemporaryFolder([
      "a.yaml": Sample.workload, "b.yaml": "---\n" + Sample.workload,
      "x/p.cedar": Sample.policy, "y/p.cedar": Sample.policy,
    ])
    let problems = try Problems([folder.path])
    #expect(problems.all.count == 2)
    #expect(problems.text.contains("b.yaml:4: a Workload named `checkout` stands at"))
    #expect(problems.text.contains("a.yaml:3 already"))
    #expect(problems.text.contains("a Policy named `p` stands at"))
  }

  @Test("every problem of every file is told, in order")
  func several() throws {
    let folder = try TemporaryFolder([
      "b.yaml": "kind: Workload\n", "a.yaml": "apiVersion: x\n---\nfoo: 1\n",
    ])
    let problems = try Problems([folder.path])
    #expect(problems.lines == [1, 3, 1])
    #expect(problems.all.first?.location.file.hasSuffix("a.yaml") == true)
  }

  @Test("files that are too large, no text, or no files are refused")
  func files() throws {
    var limits = FileLimits()
    limits.documentBytes = 1000
    limits.contractBytes = 2000
    let folder = try TemporaryFolder(["ok.txt": "x"])
    try folder.write("large.yaml", String(repeating: "a", count: 1001))
    try folder.write("huge.yaml", String(repeating: "#", count: 2001))
    try folder.write("binary.yaml", Data([0xFF, 0xFE, 0x00]))
    func problem(_ name: String) throws -> String {
      try Problems(["\(folder.path)/\(name)"], limits: limits).text
    }
    #expect(try problem("large.yaml").contains("more than 1000 bytes"))
    #expect(try problem("huge.yaml").contains("more than 2000 bytes"))
    #expect(try problem("binary.yaml").contains("expected UTF-8 text"))
    #expect(try problem("ok.txt").contains("expected a `.yaml`, `.yml` or `.cedar` file"))
    #expect(try problem("absent.yaml").contains("there is no such file or folder"))
    let empty = try TemporaryFolder()
    #expect(try Problems([empty.path]).text.contains("there are no `.yaml`, `.yml` or `.cedar`"))
  }

  @Test("a pipe is refused, not read")
  func pipe() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/pipe.yaml"
    #expect(mkfifo(path, 0o600) == 0)
    #expect(try Problems([path]).text.contains("expected a regular file"))
  }

  @Test("too many files and too deep folders are refused")
  func many() throws {
    var limits = FileLimits()
    limits.files = 2
    let folder = try TemporaryFolder([
      "a.cedar": "", "b.cedar": "", "c.cedar": "", "1/2/3/4/5/6/7/8/9/d.cedar": "",
    ])
    #expect(try Problems([folder.path], limits: limits).text.contains("more than 2 files"))
    #expect(try Problems([folder.path]).text.contains("8 deep"))
  }
}
