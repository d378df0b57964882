import Foundation
import ManifestFiles
import Testing

@Suite("The contract that a service names")
struct ContractFileTests {
  @Test(
    "a path that leaves the manifest's folder is refused",
    arguments: [
      "../secret.yaml", "a/../../secret.yaml", "/etc/hostname", "a//b.yaml", "..", ".",
      "nothing.yaml", "\"\"", "\"a\\0b\"", "sub", "5",
    ])
  func paths(path: String) throws {
    let folder = try TemporaryFolder([
      "in/orders.yaml": Sample.service.replacing("orders.openapi.yaml", with: path),
      "secret.yaml": Sample.contract, "in/sub/x.yaml": Sample.contract,
    ])
    let set = try? ManifestSet(reading: ["\(folder.path)/in/orders.yaml"])
    let problems = try Problems(["\(folder.path)/in/orders.yaml"])
    // A contract that is no text is the field check's to find.
    if path == "5" {
      #expect(set?.problems(trustDomain: nil).map(\.location.line) == [11])
    } else {
      #expect(problems.lines == [11])
      #expect(problems.text.contains("`spec.contract`"))
    }
  }

  @Test("a symbolic link may not lead out of the folder, and may lead within it")
  func links() throws {
    let folder = try TemporaryFolder([
      "in/orders.yaml": Sample.service, "secret.yaml": Sample.contract,
    ])
    try folder.link("in/orders.openapi.yaml", to: "../secret.yaml")
    let path = "\(folder.path)/in/orders.yaml"
    #expect(try Problems([path]).text.contains("leads out of the manifest's folder"))
    try FileManager.default.removeItem(atPath: "\(folder.path)/in/orders.openapi.yaml")
    try folder.write("in/real.yaml", Sample.contract)
    try folder.link("in/orders.openapi.yaml", to: "real.yaml")
    #expect(try ManifestSet(reading: ["\(folder.path)/in"]).documents.count == 1)
  }

  @Test("a linked folder does not widen what a contract may be")
  func linkedFolder() throws {
    let folder = try TemporaryFolder([
      "in/orders.yaml": Sample.service.replacing("orders.openapi.yaml", with: "out/secret.yaml"),
      "elsewhere/secret.yaml": Sample.contract,
    ])
    try folder.link("in/out", to: "../elsewhere")
    let problems = try Problems(["\(folder.path)/in/orders.yaml"])
    #expect(problems.text.contains("leads out of the manifest's folder"))
  }

  @Test("a contract that is too large is refused")
  func size() throws {
    var limits = FileLimits()
    limits.contractBytes = 10
    let folder = try TemporaryFolder(Sample.shop)
    let problems = try Problems(["\(folder.path)/orders.yml"], limits: limits)
    #expect(problems.text.contains("more than 10 bytes"))
  }

  @Test("a missing contract is told by the field check, with its line")
  func missing() throws {
    let text = Sample.service.replacing("  contract: orders.openapi.yaml", with: "")
    let folder = try TemporaryFolder(["orders.yaml": text])
    let set = try ManifestSet(reading: [folder.path])
    let problems = set.problems(trustDomain: nil)
    #expect(problems.map(\.location.line) == [4])
    #expect(problems.first?.message.contains("`spec.contract`") == true)
  }
}
