import Credentials
import Foundation
import Testing

@testable import gatehouse

@Suite("Files that commands write and look for")
struct FileTests {
  private static func withFolder(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private static func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test("an SVID is written as PEM, its key for the owner only, and nothing else is left")
  func svid() throws {
    try Self.withFolder { base in
      let folder = "\(base)/svid"
      let files = SVIDFiles(folder: folder)
      for byte in [UInt8(1), 2] {
        try files.write(
          chain: [[UInt8](repeating: byte, count: 60), [3]], key: Redacted([4, byte]),
          authorities: [[5]])
      }
      #expect(try Self.mode(folder) == 0o700)
      #expect(try Self.mode("\(folder)/svid.pem") == 0o644)
      #expect(try Self.mode("\(folder)/svid_key.pem") == 0o600)
      #expect(try Self.mode("\(folder)/bundle.pem") == 0o644)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(names == ["bundle.pem", "svid.pem", "svid_key.pem"])
      let line = String(repeating: "AgIC", count: 16)
      let text = """
        -----BEGIN CERTIFICATE-----
        \(line)
        AgICAgICAgICAgIC
        -----END CERTIFICATE-----
        -----BEGIN CERTIFICATE-----
        Aw==
        -----END CERTIFICATE-----

        """
      #expect(try String(contentsOfFile: "\(folder)/svid.pem", encoding: .utf8) == text)
      let key = "-----BEGIN PRIVATE KEY-----\nBAI=\n-----END PRIVATE KEY-----\n"
      #expect(try String(contentsOfFile: "\(folder)/svid_key.pem", encoding: .utf8) == key)
      files.remove()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["bundle.pem"])
    }
  }

  @Test("a link in the place of a file is replaced, not followed")
  func link() throws {
    try Self.withFolder { folder in
      try Data("mine".utf8).write(to: URL(filePath: "\(folder)/other"))
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/svid_key.pem", withDestinationPath: "other")
      try SVIDFiles(folder: folder).write(chain: [[1]], key: Redacted([2]), authorities: [[3]])
      #expect(try String(contentsOfFile: "\(folder)/other", encoding: .utf8) == "mine")
      #expect(try Self.mode("\(folder)/svid_key.pem") == 0o600)
    }
  }

  @Test("a folder that cannot be written is said so")
  func unwritable() throws {
    try Self.withFolder { folder in
      try Data().write(to: URL(filePath: "\(folder)/file"))
      for path in ["\(folder)/file", "\(folder)/a/b"] {
        let failure = #expect(throws: CommandFailure.self) {
          try SVIDFiles(folder: path).write(chain: [[1]], key: Redacted([2]), authorities: [[3]])
        }
        #expect(failure?.lines.first?.contains("choose a folder") == true)
      }
    }
  }

  @Test("logs are those of the state folder that the admin socket stands in")
  func logs() throws {
    try Self.withFolder { folder in
      let settings = Settings(
        environment: ["GATEHOUSE_ADMIN_SOCKET": "\(folder)/admin/admin.sock"], dev: nil)
      #expect(throws: CommandFailure.self) { try LogFolders.all(settings) }
      for name in ["server", "gateway"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/log/\(name)", withIntermediateDirectories: true)
      }
      try Data().write(to: URL(filePath: "\(folder)/log/file"))
      let folders = try LogFolders.all(settings)
      #expect(folders == ["\(folder)/log/gateway", "\(folder)/log/server"])
    }
  }
}
