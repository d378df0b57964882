import FoundationEssentials
import Glibc
import NodeAgent
import Subprocess
import SystemPackage
import Testing
import WorkloadAttestation

/// A process that runs `cat`, which says when it has begun.
struct ChildProcess: Sendable {
  let pid: Int32
  /// A pidfd that belongs to the one who started the process.
  let processDescriptor: Int32

  /// The peer that this process would be.
  func peer(uid: UInt32, gid: UInt32) throws -> PeerProcess {
    let table = ProcessTable()
    return try table.peer(
      PeerCredentials(pid: self.pid, uid: uid, gid: gid),
      processDescriptor: dup(self.processDescriptor), connection: 1)
  }

  func kill() { _ = Glibc.kill(self.pid, SIGKILL) }

  /// Runs the executable, a kind of `cat`, while the body runs.
  static func running(
    _ executable: String, _ arguments: [String] = [],
    _ options: PlatformOptions = PlatformOptions(),
    _ body: @Sendable (ChildProcess) async throws -> Void
  ) async throws {
    _ = try await run(
      .path(FilePath(executable)), arguments: Arguments(arguments), platformOptions: options,
      input: .inputWriter, output: .sequence, error: .discarded
    ) { execution in
      _ = try await execution.standardInputWriter.write("ready\n")
      // `cat` answers only once the executable has taken the place of what started it.
      for try await _ in execution.standardOutput { break }
      let identifier = execution.processIdentifier
      try await body(
        ChildProcess(pid: identifier.value, processDescriptor: identifier.processDescriptor))
      try execution.send(signal: .kill)
    }
  }
}

/// A folder of its own with copies of `cat` that a test may delete and replace.
struct TemporaryFolder: Sendable {
  let path: String

  /// The folder is readable by everybody, and is removed when the body has returned.
  static func with(_ body: (TemporaryFolder) async throws -> Void) async throws {
    var template = Array("/tmp/gatehouse-attestation-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    let path = try #require(made)
    chmod(path, 0o755)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(TemporaryFolder(path: path))
  }

  /// A copy of `cat`, which differs from others by what is appended.
  ///
  /// Another process makes it: an executable that is open for writing, if only in a child that was
  /// just forked, cannot be run.
  func cat(_ name: String, appending text: String = "") async throws -> String {
    let path = "\(self.path)/\(name)"
    let script = #"cp /bin/cat "$1" && printf %s "$2" >> "$1" && chmod 755 "$1""#
    let result = try await run(
      .path("/bin/sh"), arguments: ["-c", script, "sh", path, text], output: .discarded)
    try #require(result.terminationStatus.isSuccess)
    return path
  }
}
