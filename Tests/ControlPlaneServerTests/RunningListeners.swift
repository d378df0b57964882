import AsyncHTTPClient
import ControlPlaneClient
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import Testing

@testable import ControlPlaneServer

/// Runs listeners on real sockets for the time of a body.
enum RunningListeners {
  static func withPublic(
    _ fake: FakeControlPlane,
    _ body: @escaping @Sendable (_ base: String, HTTPClient) async throws -> Void
  ) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let listener = PublicListener(
      host: "127.0.0.1", port: 0,
      ports: PublicPorts(
        tokens: fake, documents: fake, missing: { fake.missing.withLock { $0 } }),
      counters: RequestCounters(), eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      onListening: { continuation.yield($0) })
    try await self.run(listener) {
      let port = try #require(await ports.first { _ in true })
      try await HTTPClient.withOneShot { try await body("http://127.0.0.1:\(port)", $0) }
    }
  }

  static func withAdmin(
    _ fake: FakeControlPlane, adminUID: UInt32? = nil,
    _ body: @escaping @Sendable (_ path: String, AdminClient, HTTPClient) async throws -> Void
  ) async throws {
    let folder = try ShortFolder()
    let (started, continuation) = AsyncStream.makeStream(of: Void.self)
    let path = "\(folder.path)/admin/admin.sock"
    let listener = AdminListener(
      socket: try AdminSocket(path: path, adminUID: adminUID),
      ports: AdminPorts(
        administration: fake, revocations: fake, observation: fake, policies: fake),
      counters: RequestCounters(), eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      onListening: { continuation.yield() })
    try await self.run(listener) {
      _ = await started.first { _ in true }
      try await HTTPClient.withOneShot { http in
        try await body(path, try AdminClient(socketPath: path, http: http), http)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  private static func run(
    _ service: some Service, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    let group = ServiceGroup(
      services: [service], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      do {
        try await body()
      } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }
}

/// A folder whose path leaves room for a socket's name, reachable by every user.
final class ShortFolder: Sendable {
  let path: String

  init() throws {
    self.path = "/tmp/gh-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(
      atPath: self.path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
  }

  deinit {
    try? FileManager.default.removeItem(atPath: self.path)
  }
}

/// A child process and what it printed.
struct Child: Sendable {
  let output: String
  let status: Int32

  static func exists(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// Waits on a thread of its own: those of tasks are few, and the listeners need them.
  static func run(_ path: String, _ arguments: [String]) async throws -> Child {
    try await NIOThreadPool.singleton.runIfActive { try Child(path, arguments) }
  }

  private init(_ path: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    self.output = String(decoding: data, as: UTF8.self)
    self.status = process.terminationStatus
  }
}
