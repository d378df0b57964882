/// Programs that were not written here, run to their end.
struct Tool: Sendable {
  let sandbox: Sandbox

  /// What it wrote to standard output.
  /// - Throws: when it does not succeed.
  @discardableResult
  func callAsFunction(_ program: String, _ arguments: [String]) async throws -> String {
    let capture = self.sandbox.nextCapture(program)
    let process = try SpawnedProcess.start(
      program, arguments, in: self.sandbox.path, output: capture.output, errors: capture.errors)
    defer { if process.ended == nil { process.destroy() } }
    guard try await process.end() == .exited(0) else {
      throw SystemFailure("\(program): \(try Files.text(capture.errors))")
    }
    return try Files.text(capture.output)
  }

  /// A certificate of its own authority, with its key, as `NAME.pem` and `NAME.key`.
  func certificate(_ name: String, for host: String) async throws {
    try await self(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
        "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(host)",
        "-keyout", "\(name).key", "-out", "\(name).pem",
      ])
  }
}
