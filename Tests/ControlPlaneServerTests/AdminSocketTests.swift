import ControlPlaneClient
import Foundation
import StrictJSON
import Testing

@testable import ControlPlaneServer

@Suite("The admin socket")
struct AdminSocketTests {
  private static let script = """
    import os, socket, sys
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    try:
        s.connect(sys.argv[1])
        s.sendall(b"GET /v1/status HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n")
        print(s.recv(12).decode() or "closed")
    except PermissionError:
        print("no permission")
    except OSError:
        print("closed")
    """

  private static let canSwitchUsers =
    geteuid() == 0 && Child.exists("/usr/bin/setpriv") && Child.exists("/usr/bin/python3")

  private static func ask(_ path: String, as uid: UInt32) async throws -> String {
    try await Child.run(
      "/usr/bin/setpriv",
      [
        "--reuid=\(uid)", "--regid=\(uid)", "--clear-groups", "/usr/bin/python3", "-c",
        Self.script, path,
      ]
    ).output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test(
    "with an admin user, that one and root are served and everybody else is cut off",
    .enabled(if: Self.canSwitchUsers))
  func adminUser() async throws {
    try await RunningListeners.withAdmin(FakeControlPlane(), adminUID: 4242) { path, client, _ in
      var answers: [String] = []
      for uid: UInt32 in [4242, 0, 65534, 65534, 65534] {
        answers.append(try await Self.ask(path, as: uid))
      }
      #expect(answers == ["HTTP/1.1 200", "HTTP/1.1 200", "closed", "closed", "closed"])
      let status = try await client.status()
      #expect(status == ["server": ["name": "fake"]])
    }
  }

  @Test("without one, others do not even reach the socket", .enabled(if: Self.canSwitchUsers))
  func others() async throws {
    try await RunningListeners.withAdmin(FakeControlPlane()) { path, _, _ in
      let answer = try await Self.ask(path, as: 4242)
      #expect(answer == "no permission")
    }
  }

  @Test(
    "modes keep out whom the peer check would",
    arguments: [(UInt32?.none, 0o700, 0o600), (4242, 0o711, 0o666)])
  func modes(adminUID: UInt32?, folder: Int, socket: Int) async throws {
    try await RunningListeners.withAdmin(FakeControlPlane(), adminUID: adminUID) { path, _, _ in
      func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      }
      let modes = try [path, String(path.dropLast("/admin.sock".count))].map(mode)
      #expect(modes == [socket, folder])
    }
  }

  @Test("a path that cannot be a socket's is refused with its length")
  func paths() throws {
    let long = "/" + String(repeating: "a", count: 107)
    let failure = #expect(throws: InvalidAdminSocket.self) {
      try AdminSocket(path: long, adminUID: nil)
    }
    #expect(failure?.description.contains("108 bytes") == true)
    #expect(throws: Never.self) { try AdminSocket(path: String(long.dropLast()), adminUID: nil) }
    for path in ["", "relative", "/folder/", "/a\0b"] {
      #expect(throws: InvalidAdminSocket.self) { try AdminSocket(path: path, adminUID: nil) }
    }
  }

  @Test("what stands in the socket's way is left alone")
  func obstacles() throws {
    let folder = try ShortFolder()
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/link", withDestinationPath: "/tmp")
    #expect(throws: InvalidAdminSocket.self) {
      try AdminSocket(path: "\(folder.path)/link/admin.sock", adminUID: nil).prepare()
    }
    try Data("mine".utf8).write(to: URL(filePath: "\(folder.path)/file"))
    #expect(throws: InvalidAdminSocket.self) {
      try AdminSocket(path: "\(folder.path)/file", adminUID: nil).prepare()
    }
    #expect(throws: InvalidAdminSocket.self) {
      try AdminSocket(path: "\(folder.path)/file/admin.sock", adminUID: nil).prepare()
    }
    #expect(throws: InvalidAdminSocket.self) {
      try AdminSocket(path: "\(folder.path)/a/b/admin.sock", adminUID: nil).prepare()
    }
  }
}
