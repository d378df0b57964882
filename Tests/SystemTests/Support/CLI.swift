import StrictJSON
import Testing

/// The `gatehouse` command, run to its end.
struct CLI: Sendable {
  let sandbox: Sandbox
  /// The folder that the command runs in; that of the sandbox finds `.gatehouse/dev.env`.
  var folder: String?
  var environment: [String: String] = [:]

  struct Outcome: Sendable {
    let arguments: [String]
    let status: Int32
    let output: String
    let errors: String

    var json: JSONValue {
      get throws { try JSONValue(parsing: Array(self.output.utf8)) }
    }

    /// The lines on standard output.
    var lines: [String] { self.output.split(separator: "\n").map(String.init) }

    /// The lines on standard error.
    var complaints: [String] { self.errors.split(separator: "\n").map(String.init) }
  }

  func callAsFunction(_ arguments: String...) async throws -> Outcome {
    try await self.run(arguments)
  }

  func run(_ arguments: [String]) async throws -> Outcome {
    let capture = self.sandbox.nextCapture(arguments.first ?? "gatehouse")
    let process = try SpawnedProcess.start(
      Executables.gatehouse, arguments, in: self.folder ?? self.sandbox.path,
      environment: Environment.inherited.merging(self.environment) { _, own in own },
      output: capture.output, errors: capture.errors)
    defer { if process.ended == nil { process.destroy() } }
    let ending = try await process.end()
    guard case .exited(let status) = ending else {
      throw SystemFailure(
        "gatehouse \(arguments.joined(separator: " ")) ended by \(ending): "
          + (try Files.text(capture.errors)))
    }
    return Outcome(
      arguments: arguments, status: status, output: try Files.text(capture.output),
      errors: try Files.text(capture.errors))
  }

  /// Runs a command that must succeed and say nothing on standard error.
  @discardableResult
  func done(
    _ arguments: String..., at location: SourceLocation = #_sourceLocation
  ) async throws -> Outcome {
    let outcome = try await self.run(arguments)
    try #require(
      outcome.status == 0, "gatehouse \(arguments): \(outcome.errors)", sourceLocation: location)
    #expect(outcome.errors == "", sourceLocation: location)
    return outcome
  }

  /// Runs a command that must be refused with this status, and says so in lines on standard error
  /// and nowhere else.
  @discardableResult
  func refused(
    _ status: Int32, _ arguments: String..., saying words: [String] = [],
    at location: SourceLocation = #_sourceLocation
  ) async throws -> Outcome {
    try await self.refusal(status, arguments, saying: words, at: location)
  }

  @discardableResult
  func refusal(
    _ status: Int32, _ arguments: [String], saying words: [String] = [],
    at location: SourceLocation = #_sourceLocation
  ) async throws -> Outcome {
    let outcome = try await self.run(arguments)
    #expect(
      outcome.status == status, "gatehouse \(arguments): \(outcome.errors)",
      sourceLocation: location)
    #expect(outcome.output == "", "gatehouse \(arguments)", sourceLocation: location)
    #expect(
      !outcome.complaints.isEmpty && outcome.complaints.allSatisfy { $0.hasPrefix("gatehouse: ") },
      "gatehouse \(arguments): \(outcome.errors)", sourceLocation: location)
    for word in words {
      #expect(
        outcome.errors.contains(word), "gatehouse \(arguments) does not say \(word)",
        sourceLocation: location)
    }
    return outcome
  }
}
