import ArgumentParser
import ControlPlane
import Logging
import ManifestFiles
import SecretFiles

struct DevCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dev",
    abstract: "Run everything on this machine: server, node agent and gateway.",
    discussion: """
      The state folder keeps its trust domain and its ports. When all is ready, DIR/dev.env tells \
      the other commands where everything is.
      """)

  @OptionGroup var options: DevOptions

  func run() async throws {
    let logger = DevLogging.start()
    OpenFiles.raiseLimit()
    let server = try await self.open(logger)
    do {
      if let manifests = try self.readFiles() { try await self.apply(manifests, to: server) }
    } catch {
      try await server.close()
      throw error
    }
    try await server.run { environment in
      try DevEnvironmentFile(folder: server.folder).write(environment)
      Terminal.write("gatehouse dev is ready")
      Terminal.write("  control plane  \(environment.url)")
      Terminal.write("  gateway        \(environment.gatewayURL)")
      Terminal.write("  trust domain   \(environment.trustDomain)")
      Terminal.write("  environment    \(server.folder.environment)")
    }
  }

  private func open(_ logger: Logger) async throws -> DevServer {
    do {
      return try await DevServer.open(self.options, logger: logger)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure("\(error)")
    }
  }

  private func readFiles() throws -> ManifestSet? {
    guard !self.options.files.isEmpty else { return nil }
    do {
      return try ManifestSet(reading: self.options.files)
    } catch {
      throw CommandFailure(lines: error.problems.map(\.description))
    }
  }

  private func apply(_ manifests: ManifestSet, to server: DevServer) async throws {
    let problems = manifests.problems(trustDomain: server.trustDomain)
    guard problems.isEmpty else { throw CommandFailure(lines: problems.map(\.description)) }
    let change = ProposedChange(
      documents: manifests.documents,
      policies: manifests.policies.map { PolicyDocument(name: $0.name, text: $0.text) },
      isDryRun: false, prunes: false)
    do {
      _ = try await server.administration.apply(
        change,
        by: Administrator(
          uid: OwnExecutable.uid, rights: Set(AdministratorRight.allCases)))
    } catch let rejected as RejectedChange {
      throw CommandFailure(
        lines: rejected.problems.map { problem in
          let place = manifests.location(
            kind: problem.kind, name: problem.name, field: problem.location)
          let text = "\(problem.kind) \(problem.name): `\(problem.location)`: \(problem.message)"
          return place.map { "\($0): \(text)" } ?? text
        })
    }
  }
}

/// The log of a running `gatehouse dev`: standard error, warnings and worse unless asked otherwise.
enum DevLogging {
  static func start() -> Logger {
    LoggingSystem.bootstrap(StreamLogHandler.standardError(label:))
    var logger = Logger(label: "gatehouse")
    logger.logLevel = .warning
    return logger
  }
}
