import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// A temporary folder: the current folder of every command, with the state in `.gatehouse`.
///
/// Its path is short, since socket paths are limited to 107 bytes. Users besides ours may pass
/// through it, as they may through a server's.
final class Sandbox: Sendable {
  let path: String
  private let commands = Mutex(0)

  var state: String { "\(self.path)/.gatehouse" }
  var manifests: String { "\(self.path)/manifests" }
  /// What commands and servers wrote to their standard output and error.
  var captures: String { "\(self.path)/captures" }
  func log(_ name: String) -> String { "\(self.state)/log/\(name)" }

  private init(path: String) {
    self.path = path
  }

  /// Runs a body with a sandbox, which is removed afterwards unless `GATEHOUSE_KEEP` is set.
  @discardableResult
  static func with<Result>(_ body: (Sandbox) async throws -> Result) async throws -> Result {
    var template = Array("/tmp/gh-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw SystemFailure("cannot make a folder in /tmp") }
    let sandbox = Sandbox(path: String(cString: made))
    defer {
      if Environment.value("GATEHOUSE_KEEP") == nil {
        try? FileManager.default.removeItem(atPath: sandbox.path)
      }
    }
    chmod(sandbox.path, 0o755)
    mkdir(sandbox.manifests, 0o755)
    mkdir(sandbox.captures, 0o700)
    return try await body(sandbox)
  }

  /// Writes a file; missing folders are made.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let path = "\(self.path)/\(name)"
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  /// Files for the output of the next process.
  func nextCapture(_ name: String) -> (output: String, errors: String) {
    let number = self.commands.withLock { count in
      count += 1
      return count
    }
    let stem = "\(self.captures)/\(number)-\(name)"
    return ("\(stem).out", "\(stem).err")
  }
}

/// Files as tests read them.
enum Files {
  static func bytes(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SystemFailure("cannot read \(path)")
    }
    return Array(data)
  }

  static func text(_ path: String) throws -> String {
    String(decoding: try Self.bytes(path), as: UTF8.self)
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The regular files below a folder, sorted.
  static func all(below folder: String) throws -> [String] {
    var found: [String] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let path = "\(folder)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: found += try Self.all(below: path)
      case S_IFREG: found.append(path)
      default: continue
      }
    }
    return found
  }

  static func copy(_ source: String, to target: String) throws {
    try? FileManager.default.removeItem(atPath: target)
    try FileManager.default.copyItem(atPath: source, toPath: target)
  }
}
