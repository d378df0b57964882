import ArgumentParser
import AuditStore
import FoundationEssentials

struct AuditVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify audit logs offline, reading every byte of them.",
    discussion: """
      Without --log, every log of the state folder is verified. A checkpoint that was kept \
      elsewhere shows that nothing was cut off or rewritten since.
      """)

  @Option(
    help: ArgumentHelp("The folder of one log.", valueName: "dir"), completion: .directory)
  var log: String?

  @Option(
    help: ArgumentHelp("A checkpoint kept from an earlier time.", valueName: "file"),
    completion: .file())
  var checkpoint: String?

  func run() throws {
    let kept = try self.checkpoint.map(KeptCheckpoint.init(path:))
    let folders = try self.log.map { [$0] } ?? LogFolders.all(Settings.current())
    var failures: [String] = []
    var origins: [String] = []
    for folder in folders {
      do {
        let report = try self.verify(folder, kept, isOnly: folders.count == 1)
        origins.append(report.origin)
        for line in Self.lines(folder, report) { Terminal.write(line) }
      } catch let failure as VerificationFailure {
        failures.append("\(folder)/\(failure)")
      }
    }
    if let kept, failures.isEmpty, !origins.contains(kept.origin) {
      failures.append("no log here has the origin of the checkpoint: name the log with --log")
    }
    guard failures.isEmpty else { throw CommandFailure(lines: failures) }
  }

  /// Of several logs the checkpoint belongs to the one with its origin.
  private func verify(
    _ folder: String, _ kept: KeptCheckpoint?, isOnly: Bool
  ) throws -> LogVerifier.Report {
    if let kept, isOnly {
      return try LogVerifier.verify(folder: folder, keptCheckpoint: kept.text)
    }
    let report = try LogVerifier.verify(folder: folder)
    guard let kept, kept.origin == report.origin else { return report }
    return try LogVerifier.verify(folder: folder, keptCheckpoint: kept.text)
  }

  private static func lines(_ folder: String, _ report: LogVerifier.Report) -> [String] {
    var line = "\(folder): verified, \(report.events) events in \(report.size) leaves, "
    line += report.isClosed ? "closed" : "open"
    if report.uncoveredEvents > 0 {
      line += ", \(report.uncoveredEvents) events not under a checkpoint yet"
    }
    if report.tornBytes > 0 { line += ", an unfinished line of \(report.tornBytes) bytes" }
    return [line, "  origin \(report.origin), root \(report.root)"].map(Terminal.plain)
  }
}

/// A checkpoint that the verifier kept: its first line is the origin of its log.
private struct KeptCheckpoint {
  let text: String
  let origin: String

  init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path), data.count <= 64 * 1024 else {
      throw CommandFailure("cannot read the checkpoint \(path): name a file of at most 64 KiB")
    }
    guard let text = String(validating: data, as: UTF8.self),
      let origin = text.split(separator: "\n").first
    else { throw CommandFailure("\(path) is not a checkpoint: keep the file as it was") }
    self.text = text
    self.origin = String(origin)
  }
}

/// Where the logs of this machine's server are.
enum LogFolders {
  /// Every log of the state folder that the admin socket stands in, else of `.gatehouse`.
  static func all(_ settings: Settings) throws -> [String] {
    let socket = settings.optionalValue(.adminSocket, flag: nil)
    let state = socket.flatMap { Self.parent($0).flatMap(Self.parent) } ?? ".gatehouse"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(state)/log")) ?? []
    let folders = names.sorted().map { "\(state)/log/\($0)" }.filter { path in
      var isFolder = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }
    guard !folders.isEmpty else {
      throw CommandFailure("there are no logs in \(state)/log: name one with --log")
    }
    return folders
  }

  private static func parent(_ path: String) -> String? {
    path.lastIndex(of: "/").map { String(path[..<$0]) }
  }
}
