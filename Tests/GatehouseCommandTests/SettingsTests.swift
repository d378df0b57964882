import Foundation
import Testing

@testable import gatehouse

@Suite("Where commands take their connection from")
struct SettingsTests {
  @Test("flags win over the environment, and that over dev.env; what is empty does not count")
  func order() throws {
    let dev = try DevEnvironment(
      parsing: "GATEHOUSE_URL=http://dev\n# a comment\nGATEHOUSE_ISSUER=a=b\n", folder: "/s")
    let settings = Settings(
      environment: ["GATEHOUSE_URL": "http://environment", "GATEHOUSE_ISSUER": ""], dev: dev)
    #expect(try settings.value(.url, flag: "http://flag") == "http://flag")
    #expect(try settings.value(.url, flag: nil) == "http://environment")
    #expect(try settings.value(.issuer, flag: nil) == "a=b")
    let failure = #expect(throws: CommandFailure.self) {
      try settings.value(.adminSocket, flag: nil)
    }
    #expect(failure?.lines.first?.contains("--admin-socket") == true)
  }

  @Test("a line that is not KEY=value is refused", arguments: ["nothing", "=x", "A=1\nB"])
  func malformed(text: String) {
    #expect(throws: CommandFailure.self) { try DevEnvironment(parsing: text, folder: "/s") }
  }

  @Test("dev.env is found in the folder and in those above it")
  func nearest() throws {
    let base = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: base) }
    try FileManager.default.createDirectory(
      atPath: "\(base)/.gatehouse", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: "\(base)/a/b", withIntermediateDirectories: true)
    try Data("GATEHOUSE_URL=x\n".utf8).write(to: URL(filePath: "\(base)/.gatehouse/dev.env"))
    #expect(try DevEnvironment.nearest(to: base)?.values == ["GATEHOUSE_URL": "x"])
    #expect(try DevEnvironment.nearest(to: "\(base)/a/b")?.folder == "\(base)/.gatehouse")
    try FileManager.default.createDirectory(
      atPath: "\(base)/a/.gatehouse", withIntermediateDirectories: true)
    try Data("GATEHOUSE_URL=y\n".utf8).write(to: URL(filePath: "\(base)/a/.gatehouse/dev.env"))
    #expect(try DevEnvironment.nearest(to: "\(base)/a/b")?.values == ["GATEHOUSE_URL": "y"])
  }

  @Test(
    "somebody else's dev.env counts only in the current folder", .enabled(if: geteuid() == 0))
  func foreign() throws {
    let base = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: base) }
    try FileManager.default.createDirectory(
      atPath: "\(base)/.gatehouse", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: "\(base)/a", withIntermediateDirectories: true)
    let path = "\(base)/.gatehouse/dev.env"
    try Data("GATEHOUSE_URL=x\n".utf8).write(to: URL(filePath: path))
    #expect(chown(path, 65534, 65534) == 0)
    #expect(try DevEnvironment.nearest(to: base) != nil)
    #expect(try DevEnvironment.nearest(to: "\(base)/a")?.values["GATEHOUSE_URL"] != "x")
  }
}
