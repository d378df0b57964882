import Credentials
import FoundationEssentials
import Glibc
import Logging
import NodeAgent
import ServiceLifecycle
import Testing
import WorkloadAPIClient
import WorkloadAPIServer
import WorkloadAttestation

/// A Workload API server on a socket of its own, with the real attestor.
struct RunningServer: Sendable {
  let folder: String
  let socket: String
  let authority: TestAuthority
  let agent: NodeAgent
  /// Begins to shut down before the body has returned.
  let shutDown: @Sendable () async -> Void

  /// This process, as the agent names it.
  func ownIdentity() throws -> ProcessIdentity { try ProcessTable().identity(of: getpid()) }

  /// A client that waits longer than a machine takes that runs all other tests meanwhile.
  func client() throws -> WorkloadAPIClient {
    try WorkloadAPIClient(socketPath: self.socket, timeout: .seconds(240))
  }

  /// Serves while the body runs, then shuts down gracefully.
  ///
  /// - Parameter ownUID: the user that is taken for the agent's own.
  static func with(
    ownUID: UInt32 = 65_000, limits: WorkloadAPILimits = WorkloadAPILimits(),
    _ body: @Sendable (RunningServer) async throws -> Void
  ) async throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let clock = SystemAlarmClock()
    let authority = try TestAuthority(clock: clock)
    let agent = NodeAgent(
      node: "node-1", attestor: UnixAttestor(), issuer: authority, clock: clock,
      ownUID: .refused(uid: ownUID))
    let socket = "\(folder)/workload.sock"
    let server = try WorkloadAPIServer(
      path: socket, agent: agent, identification: ProcessTable(), limits: limits)
    let services = ServiceGroup(services: [server], logger: Logger(label: "test"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await agent.run() }
      group.addTask { try await services.run() }
      try await body(
        RunningServer(
          folder: folder, socket: socket, authority: authority, agent: agent,
          shutDown: { await services.triggerGracefulShutdown() }))
      await services.triggerGracefulShutdown()
      // The server is the only one of the two that ends by itself.
      try await group.next()
      group.cancelAll()
    }
    #expect(!FileManager.default.fileExists(atPath: socket), "the socket file was left behind")
  }

  /// A folder that every user can reach.
  static func makeFolder() throws -> String {
    var template = Array("/tmp/gatehouse-workload-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    let path = try #require(made)
    chmod(path, 0o755)
    return path
  }
}

/// The system's clock, as a program has it.
struct SystemAlarmClock: AlarmClock {
  func now() -> Instant {
    Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
  }

  func sleep(until instant: Instant) async throws {
    while self.now() < instant {
      let remaining = instant.milliseconds - self.now().milliseconds
      try await Task.sleep(for: .milliseconds(min(max(remaining, 1), 60_000)))
    }
  }
}
