import FoundationEssentials
import Glibc
import Testing

/// A running `gatehouse dev`, in a group of its own together with its gateway.
final class RunningDev: Sendable {
  let sandbox: Sandbox
  let process: SpawnedProcess
  let capture: (output: String, errors: String)
  /// What dev.env said when all was ready.
  let environment: [String: String]

  var cli: CLI { CLI(sandbox: self.sandbox) }
  var url: String { self.environment["GATEHOUSE_URL"] ?? "" }
  var issuer: String { self.environment["GATEHOUSE_ISSUER"] ?? "" }
  var adminSocket: String { self.environment["GATEHOUSE_ADMIN_SOCKET"] ?? "" }
  var workloadSocket: String {
    String((self.environment["SPIFFE_ENDPOINT_SOCKET"] ?? "").dropFirst("unix://".count))
  }
  var api: Endpoint { Endpoint(url: self.url) }
  var gateway: Endpoint { Endpoint(url: self.environment["GATEHOUSE_GATEWAY_URL"] ?? "") }

  private init(
    sandbox: Sandbox, process: SpawnedProcess, capture: (String, String),
    environment: [String: String]
  ) {
    self.sandbox = sandbox
    self.process = process
    self.capture = capture
    self.environment = environment
  }

  static func arguments(_ sandbox: Sandbox, _ more: [String] = []) -> [String] {
    [
      "dev", "--state", sandbox.state, "--api-listen", "127.0.0.1:0", "--gateway-listen",
      "127.0.0.1:0",
    ] + more
  }

  /// Starts dev and waits until dev.env is there.
  /// - Throws: `SystemFailure` with what dev wrote when it ends instead.
  static func start(_ sandbox: Sandbox, _ more: [String] = []) async throws -> RunningDev {
    let capture = sandbox.nextCapture("dev")
    let process = try SpawnedProcess.start(
      Executables.gatehouse, Self.arguments(sandbox, more), in: sandbox.path,
      output: capture.output, errors: capture.errors)
    do {
      let environment = try await Waiting.value(of: "dev.env") {
        try Self.environment(sandbox, of: process, errors: capture.errors)
      }
      return RunningDev(
        sandbox: sandbox, process: process, capture: capture, environment: environment)
    } catch {
      process.destroy()
      throw SystemFailure("\(error)\n\((try? Files.text(capture.errors)) ?? "")")
    }
  }

  private static func environment(
    _ sandbox: Sandbox, of process: SpawnedProcess, errors: String
  ) throws -> [String: String]? {
    if let ended = process.ended {
      throw SystemFailure("gatehouse dev ended before it was ready: \(ended)")
    }
    // One rename makes the file: what is there is whole, and of this process unless it is old.
    guard let text = try? Files.text("\(sandbox.state)/dev.env") else { return nil }
    let values = Dictionary(
      text.split(separator: "\n").compactMap { line -> (String, String)? in
        guard let equals = line.firstIndex(of: "=") else { return nil }
        return (String(line[..<equals]), String(line[line.index(after: equals)...]))
      }, uniquingKeysWith: { _, last in last })
    return values["GATEHOUSE_PID"] == "\(process.pid)" ? values : nil
  }

  /// Starts dev for the body, stops it cleanly afterwards, and leaves no process behind.
  @discardableResult
  static func with<Result>(
    _ sandbox: Sandbox, _ more: [String] = [], _ body: (RunningDev) async throws -> Result
  ) async throws -> Result {
    let dev = try await Self.start(sandbox, more)
    defer { dev.process.destroy() }
    do {
      let result = try await body(dev)
      try await dev.stop()
      return result
    } catch {
      Issue.record("what dev wrote: \((try? Files.text(dev.capture.errors)) ?? "nothing")")
      throw error
    }
  }

  /// Asks it to stop, and expects that it ends well and takes its gateway and its file along.
  func stop(at location: SourceLocation = #_sourceLocation) async throws {
    guard self.process.ended == nil else { return }
    let gateway = self.gatewayPID
    self.process.signal(SIGTERM)
    let ending = try await self.process.end()
    #expect(
      ending == .exited(0), "\((try? Files.text(self.capture.errors)) ?? "")",
      sourceLocation: location)
    #expect(!Files.exists("\(self.sandbox.state)/dev.env"), sourceLocation: location)
    if let gateway { #expect(!ProcessFiles.exists(gateway), sourceLocation: location) }
  }

  /// Kills the server, and only it: its gateway has to notice by itself.
  func killServer() async throws {
    self.process.signal(SIGKILL)
    _ = try await self.process.end()
  }

  /// The process id of the gateway that dev started.
  var gatewayPID: pid_t? { ProcessFiles.child(of: self.process.pid, named: "gatehouse-gateway") }
}

/// Processes as `/proc` shows them.
enum ProcessFiles {
  static func exists(_ pid: pid_t) -> Bool {
    guard let text = try? Files.text("/proc/\(pid)/stat") else { return false }
    // A process that has ended and was not waited for is not there any more either.
    return text[(text.lastIndex(of: ")") ?? text.startIndex)...].dropFirst(2).first != "Z"
  }

  static func child(of parent: pid_t, named name: String) -> pid_t? {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.first { pid in
      guard let text = try? Files.text("/proc/\(pid)/stat"),
        let end = text.lastIndex(of: ")")
      else { return false }
      let fields = text[end...].split(separator: " ")
      return fields.count > 2 && fields[2] == "\(parent)"
        && Self.target("/proc/\(pid)/exe").hasSuffix("/\(name)")
    }
  }

  /// What the descriptors of a process lead to: paths, `socket:[inode]`, `pipe:[inode]`.
  static func descriptors(of pid: pid_t) -> [String] {
    let folder = "/proc/\(pid)/fd"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .map { Self.target("\(folder)/\($0)") }
  }

  /// The inodes of all TCP and Unix sockets that listen.
  static func listeningSockets() throws -> Set<String> {
    var inodes: Set<String> = []
    for line in try Self.table("tcp").split(separator: "\n").dropFirst() {
      let fields = line.split(separator: " ")
      if fields.count > 9, fields[3] == "0A" { inodes.insert("socket:[\(fields[9])]") }
    }
    for line in try Self.table("unix").split(separator: "\n").dropFirst() {
      let fields = line.split(separator: " ")
      // The flag of a socket that accepts connections.
      if fields.count > 6, fields[3] == "00010000" { inodes.insert("socket:[\(fields[6])]") }
    }
    return inodes
  }

  /// One of the kernel's tables, which come a page at a time.
  private static func table(_ name: String) throws -> String {
    guard let file = fopen("/proc/net/\(name)", "r") else {
      throw SystemFailure("cannot read /proc/net/\(name)")
    }
    defer { fclose(file) }
    var (bytes, page) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
    while case let count = fread(&page, 1, page.count, file), count > 0 {
      bytes += page.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func target(_ link: String) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = readlink(link, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}
