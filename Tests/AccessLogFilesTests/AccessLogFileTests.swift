import AccessLogFiles
import Foundation
import Testing

@Suite("The file of the access log")
struct AccessLogFileTests {
  private func folder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "access-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path)
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test("lines are appended to what is there, and strangers cannot read them")
  func append() async throws {
    try await self.folder { folder in
      let path = folder + "/access.log"
      try "before\n".write(toFile: path, atomically: false, encoding: .utf8)
      let file = try AccessLogFile(path: path)
      try await file.write(Array("one\n".utf8))
      try await file.write(Array(repeating: UInt8(ascii: "x"), count: 3_000_000))
      #expect(try self.text(path).hasPrefix("before\none\nxx"))
      #expect(try self.text(path).utf8.count == 11 + 3_000_000)
      _ = try AccessLogFile(path: folder + "/new.log")
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/new.log")
      #expect((attributes[.posixPermissions] as? Int).map { $0 & 0o007 } == 0)
    }
  }

  @Test("a file that was moved away is left alone, and lines go on in a new one")
  func rotation() async throws {
    try await self.folder { folder in
      let path = folder + "/access.log"
      let file = try AccessLogFile(path: path)
      try await file.write(Array("one\n".utf8))
      try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
      try await file.write(Array("two\n".utf8))
      try FileManager.default.removeItem(atPath: path)
      try await file.reopen()
      try await file.write(Array("three\n".utf8))
      #expect(try self.text(path + ".1") == "one\n")
      #expect(try self.text(path) == "three\n")
    }
  }

  @Test("a file that cannot be opened is an error that names it, and lines go on once it can")
  func unusable() async throws {
    try await self.folder { folder in
      #expect(throws: AccessLogFile.Failure.self) {
        try AccessLogFile(path: folder + "/missing/access.log")
      }
      let path = folder + "/there/access.log"
      let parent = folder + "/there"
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: false)
      let file = try AccessLogFile(path: path)
      try FileManager.default.removeItem(atPath: parent)
      await #expect(throws: AccessLogFile.Failure.self) { try await file.write([0x0A]) }
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: false)
      try await file.write(Array("again\n".utf8))
      #expect(try self.text(path) == "again\n")
    }
  }
}
