import Foundation
import Glibc
import Subprocess
import SystemPackage

/// The temporary folder in which the demo plays, and the `gatehouse dev` that it starts there.
struct DemoStage: Sendable {
  let folder: String
  let executable: String

  var state: String { "\(self.folder)/state" }
  var manifests: String { "\(self.folder)/manifests" }

  static func make() throws -> DemoStage {
    var template = Array("/tmp/gatehouse-demo-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw CommandFailure("cannot make a temporary folder: \(String(cString: strerror(errno)))")
    }
    let folder = String(cString: made)
    let stage = DemoStage(folder: folder, executable: try OwnExecutable.path())
    // The workload socket is for every local user.
    chmod(folder, 0o711)
    mkdir(stage.manifests, 0o755)
    return stage
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: self.folder)
  }

  func writeManifests(upstreamPort: Int) throws {
    let files = DemoManifests(executable: self.executable, uid: OwnExecutable.uid)
    for (name, text) in files.all(upstreamPort: upstreamPort) {
      try StateFolder(path: self.folder).replace(
        "\(self.manifests)/\(name)", with: text, mode: 0o644)
    }
  }

  /// Starts `gatehouse dev`, waits until it is ready, and stops it afterwards.
  func withDev(_ body: @Sendable (DevEnvironment) async throws -> Void) async throws {
    let result = try await Subprocess.run(
      .path(FilePath(self.executable)),
      arguments: [
        "dev", "--state", self.state, "-f", self.manifests, "--trust-domain", "demo.test",
      ],
      input: .none, output: .discarded, error: .currentStandardError
    ) { execution in
      do {
        try await body(try await self.environment())
      } catch {
        try? execution.send(signal: .terminate)
        throw error
      }
      try execution.send(signal: .terminate)
    }
    guard result.terminationStatus.isSuccess else {
      throw CommandFailure("`gatehouse dev` did not stop cleanly: \(result.terminationStatus)")
    }
  }

  /// What a command of ours printed; it runs as a process of its own, which is what is attested.
  ///
  /// - Parameter environment: what the command takes its connection from.
  func command(
    _ arguments: [String], environment: DevEnvironment?
  ) async throws -> CommandResult {
    var variables: [Environment.Key: String?] = [:]
    for (name, value) in environment?.values ?? [:] {
      if let key = Environment.Key(rawValue: name) { variables[key] = value }
    }
    let result = try await Subprocess.run(
      .path(FilePath(self.executable)), arguments: Arguments(arguments),
      environment: .inherit.updating(variables), workingDirectory: FilePath(self.folder),
      input: .none,
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    return CommandResult(
      processID: result.processIdentifier.value, isSuccess: result.terminationStatus.isSuccess,
      output: result.standardOutput, errors: result.standardError)
  }

  private func environment() async throws -> DevEnvironment {
    for _ in 0..<600 {
      if let found = try DevEnvironment.of(state: self.state) { return found }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw CommandFailure("`gatehouse dev` was not ready within 30 seconds")
  }
}

/// How a command ended.
struct CommandResult: Sendable {
  let processID: Int32
  let isSuccess: Bool
  let output: String
  let errors: String

  /// The output without its last line break.
  var line: String {
    self.output.last?.isNewline == true ? String(self.output.dropLast()) : self.output
  }

  /// - Throws: `CommandFailure` with what the command complained of.
  func required(_ what: String) throws -> CommandResult {
    guard self.isSuccess else { throw CommandFailure("\(what) failed: \(self.errors)") }
    return self
  }
}
