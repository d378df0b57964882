import Foundation
import NIOCore
import NIOPosix
import Subprocess
import SystemPackage
import Testing

/// Proxies that are installed along with the Python clients, each configured by its section of
/// docs/verdicts.md, in front of one service.
enum RealProxy: String, CaseIterable, Sendable {
  case envoy, traefik

  struct NotReady: Error, CustomStringConvertible {
    let description: String
  }

  /// Where the tests must not be left out, a missing program fails them.
  static var areAvailable: Bool {
    Self.allCases.allSatisfy { FileManager.default.isExecutableFile(atPath: $0.program) }
      || ProcessInfo.processInfo.environment["CI"] == "true"
  }

  static let skipped: Comment =
    "no Envoy and Traefik beside Python: `make test` installs them, or set GATEHOUSE_PYTHON"

  private var program: String {
    URL(filePath: PythonClient.interpreter).deletingLastPathComponent()
      .appending(path: self.rawValue).path
  }

  /// Writes its configuration; the arguments to start it with.
  private func prepare(
    folder: String, front: Int, verdicts: Int, service: Int, believesClients: Bool
  ) throws -> [String] {
    switch self {
    case .envoy:
      let file = folder + "/envoy.yaml"
      try Self.envoy(front: front, verdicts: verdicts, service: service)
        .write(toFile: file, atomically: true, encoding: .utf8)
      return ["--config-path", file, "--concurrency", "1", "--disable-hot-restart"]
    case .traefik:
      let routes = folder + "/traefik"
      try FileManager.default.createDirectory(atPath: routes, withIntermediateDirectories: true)
      for (name, text) in try Self.traefik(
        folder: routes, front: front, verdicts: verdicts, service: service,
        believesClients: believesClients)
      {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
      }
      return ["--configFile=\(folder)/traefik.yaml"]
    }
  }

  /// - Parameters:
  ///   - folder: an empty one, for its configuration and log.
  ///   - verdicts: the port where the proxy asks.
  ///   - service: the port where it forwards to.
  ///   - believesClients: whether Traefik's entry point takes every client for a trusted proxy.
  ///   - body: receives the address that clients connect to.
  func run(
    folder: String, verdicts: Int, service: Int, believesClients: Bool = false,
    _ body: @escaping @Sendable (SocketAddress) async throws -> Void
  ) async throws {
    let port = try ReservedPort()
    let arguments = try self.prepare(
      folder: folder, front: port.number, verdicts: verdicts, service: service,
      believesClients: believesClients)
    let front = try SocketAddress(ipAddress: "127.0.0.1", port: port.number)
    let log = folder + "/\(self.rawValue).log"
    let output = try FileDescriptor.open(
      log, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
    defer { try? output.close() }
    _ = try await Subprocess.run(
      .path(FilePath(self.program)), arguments: Arguments(arguments), input: .none,
      output: .fileDescriptor(output, closeAfterSpawningProcess: false),
      error: .fileDescriptor(output, closeAfterSpawningProcess: false)
    ) { execution in
      // It has nothing to save, and must end whatever becomes of the test.
      defer { try? execution.send(signal: .kill) }
      do {
        try await self.awaitReady(front)
      } catch {
        throw NotReady(description: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
      }
      try await body(front)
    }
  }

  /// Envoy listens once it is configured. Traefik listens first; until it is configured, all is 404.
  private func awaitReady(_ front: SocketAddress) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(30)
    while true {
      do {
        switch self {
        case .envoy:
          return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(to: front).get().close()
        case .traefik:
          let answer = try await PlainClient.ask(front, "GET /-/ready HTTP/1.1\nHost: ready")
          guard answer.status != 200 else { return }
          throw NotReady(description: "\(answer.status)")
        }
      } catch  where clock.now < deadline {
        try await clock.sleep(for: .milliseconds(20))
      }
    }
  }
}
