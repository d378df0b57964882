import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage
import Testing

/// Clients that were not written here, run by a Python interpreter that has them.
enum PythonClient {
  private static var packageRoot: String {
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
      .joined(separator: "/")
  }

  private static var interpreter: String {
    ProcessInfo.processInfo.environment["GATEHOUSE_PYTHON"]
      ?? "\(Self.packageRoot)/.build/venv/bin/python"
  }

  /// Where the tests must not be left out, a missing interpreter fails them.
  static var isAvailable: Bool {
    FileManager.default.isExecutableFile(atPath: Self.interpreter)
      || ProcessInfo.processInfo.environment["CI"] == "true"
  }

  static var isRoot: Bool { geteuid() == 0 }

  static let skipped: Comment =
    "no Python with the clients: `make test` makes one, or set GATEHOUSE_PYTHON"

  /// Runs a script of the folder `Clients` while the body answers what it says, line by line.
  ///
  /// - Parameter body: receives each line that the script prints, and returns what to write to it.
  static func run(
    _ script: String, _ arguments: [String],
    answering body: @Sendable (String) async throws -> String? = { _ in nil }
  ) async throws -> [String] {
    let path = Self.packageRoot + "/Tests/WorkloadAPIServerTests/Clients/\(script).py"
    try #require(
      FileManager.default.isExecutableFile(atPath: Self.interpreter),
      "there is no Python interpreter at \(Self.interpreter): run `make venv`")
    let result = try await Subprocess.run(
      .path(FilePath(Self.interpreter)), arguments: Arguments([path] + arguments),
      input: .inputWriter, output: .sequence, error: .string(limit: 1 << 20)
    ) { execution in
      var lines: [String] = []
      var pending: [UInt8] = []
      for try await buffer in execution.standardOutput {
        pending += buffer.withUnsafeBytes { Array($0) }
        while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
          let line = String(decoding: pending[..<end], as: UTF8.self)
          pending.removeFirst(end + 1)
          lines.append(line)
          if let answer = try await body(line) {
            _ = try await execution.standardInputWriter.write(answer + "\n")
          }
        }
      }
      return lines
    }
    #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
    return result.closureResult
  }
}
