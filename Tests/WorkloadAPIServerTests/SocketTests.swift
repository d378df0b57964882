import FoundationEssentials
import Glibc
import NodeAgent
import Testing
import WorkloadAPIServer
import WorkloadAttestation

@Suite("The socket of the Workload API", .timeLimit(.minutes(10)))
struct SocketTests {
  @Test("every user may connect")
  func mode() async throws {
    try await RunningServer.with { server in
      var status = stat()
      #expect(lstat(server.socket, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o666)
    }
  }

  @Test("a socket that somebody serves is not taken")
  func taken() async throws {
    try await RunningServer.with { server in
      let error = #expect(throws: WorkloadSocketError.self) {
        try Self.open(server.socket, server.agent)
      }
      #expect(error?.description.contains("another process") ?? false)
    }
  }

  @Test("a socket that a killed process left behind is replaced")
  func stale() async throws {
    try await RunningServer.with { server in
      let path = "\(server.folder)/stale.sock"
      try Self.leaveSocket(at: path)
      _ = try Self.open(path, server.agent)
    }
  }

  @Test("a file that is not a socket is not replaced")
  func otherFile() async throws {
    try await RunningServer.with { server in
      let path = "\(server.folder)/precious"
      try Data("kept".utf8).write(to: URL(filePath: path))
      #expect(throws: WorkloadSocketError.self) { try Self.open(path, server.agent) }
      #expect(try Data(contentsOf: URL(filePath: path)) == Data("kept".utf8))
    }
  }

  @Test("a path over 107 bytes, or one that is not absolute, is a clear error")
  func paths() async throws {
    try await RunningServer.with { server in
      let long = server.folder + "/" + String(repeating: "x", count: 108)
      let error = #expect(throws: WorkloadSocketError.self) { try Self.open(long, server.agent) }
      #expect(error?.description.contains("107 bytes") ?? false)
      #expect(throws: WorkloadSocketError.self) { try Self.open("here.sock", server.agent) }
    }
  }

  @Test("a folder that everybody may write to is refused")
  func sharedFolder() async throws {
    try await RunningServer.with { server in
      let folder = "\(server.folder)/shared"
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false)
      chmod(folder, 0o777)
      #expect(throws: WorkloadSocketError.self) {
        try Self.open("\(folder)/workload.sock", server.agent)
      }
    }
  }

  private static func open(_ path: String, _ agent: NodeAgent) throws -> WorkloadAPIServer {
    try WorkloadAPIServer(path: path, agent: agent, identification: ProcessTable())
  }

  /// What is left when a process that listened is killed.
  private static func leaveSocket(at path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0)
  }
}
