import Glibc

/// A real HTTP service behind the gateway: it answers with what it received.
struct UpstreamService: Sendable {
  let port: Int
  private let process: SpawnedProcess

  static func with<Result>(
    _ sandbox: Sandbox, _ body: (UpstreamService) async throws -> Result
  ) async throws -> Result {
    let capture = sandbox.nextCapture("upstream")
    let process = try SpawnedProcess.start(
      PythonClient.interpreter, [PythonClient.script("upstream")], in: sandbox.path,
      output: capture.output, errors: capture.errors)
    defer { process.destroy() }
    let port = try await Waiting.value(of: "the upstream's port") { () -> Int? in
      guard process.ended == nil else {
        throw SystemFailure("the upstream ended: \(try Files.text(capture.errors))")
      }
      let lines = try Files.text(capture.output).split(separator: "\n")
      return lines.first.flatMap { Int($0) }
    }
    return try await body(UpstreamService(port: port, process: process))
  }
}

/// Clients that were not written here, run by a Python interpreter.
enum PythonClient {
  /// An interpreter with the clients from PyPI, else any.
  static var interpreter: String {
    Self.withClients ?? "python3"
  }

  private static var withClients: String? {
    let path =
      Environment.value("GATEHOUSE_PYTHON")
      ?? "\(Executables.packageRoot)/.build/venv/bin/python"
    return access(path, X_OK) == 0 ? path : nil
  }

  /// Where the tests must not be left out, missing clients fail them.
  static var isAvailable: Bool {
    Self.withClients != nil || Environment.isContinuousIntegration
  }

  static func script(_ name: String) -> String {
    "\(Executables.packageRoot)/Tests/SystemTests/Clients/\(name).py"
  }

  /// Runs a script to its end, and gives the lines that it printed.
  static func run(
    _ name: String, _ arguments: [String], _ sandbox: Sandbox
  ) async throws -> [String] {
    try await Self.with(name, arguments, sandbox) { client in
      let ending = try await client.process.end()
      guard ending == .exited(0) else {
        throw SystemFailure("\(name).py \(arguments): \(ending): \(try client.errors)")
      }
      return try client.lines
    }
  }

  /// Runs a script beside the body, and ends it afterwards.
  static func with<Result>(
    _ name: String, _ arguments: [String], _ sandbox: Sandbox,
    _ body: (Running) async throws -> Result
  ) async throws -> Result {
    let capture = sandbox.nextCapture(name)
    let process = try SpawnedProcess.start(
      Self.interpreter, ["-u", Self.script(name)] + arguments, in: sandbox.path,
      output: capture.output, errors: capture.errors)
    defer { process.destroy() }
    return try await body(Running(process: process, capture: capture))
  }

  struct Running: Sendable {
    let process: SpawnedProcess
    let capture: (output: String, errors: String)

    var lines: [String] {
      get throws { try Files.text(self.capture.output).split(separator: "\n").map(String.init) }
    }

    var errors: String { get throws { try Files.text(self.capture.errors) } }

    /// Waits for a line, from the given one on, that has the prefix.
    func line(_ prefix: String, after count: Int = 0) async throws -> String {
      try await Waiting.value(of: "the line `\(prefix)` of a client") { () -> String? in
        let found = try self.lines.dropFirst(count).first { $0.hasPrefix(prefix) }
        if found == nil, let ending = self.process.ended {
          throw SystemFailure("the client ended: \(ending): \(try self.errors)")
        }
        return found
      }
    }
  }
}
