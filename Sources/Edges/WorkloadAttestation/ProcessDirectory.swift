import Glibc
import NodeAgent

/// The folder of one process in /proc, held open: when the process has ended, reading from it fails,
/// even when its number was given to another process.
struct ProcessDirectory: ~Copyable {
  private let directory: OwnedDescriptor

  init(of pid: Int32) throws(AttestationRefusal) {
    guard pid > 0 else { throw .processElsewhere }
    let descriptor = Glibc.open("/proc/\(pid)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(errno) }
    self.directory = OwnedDescriptor(descriptor)
  }

  borrowing func startTime() throws(AttestationRefusal) -> UInt64 {
    let text = try self.read("stat", upTo: 16 * 1024)
    guard let time = ProcessText.startTime(inStat: text) else { throw .malformed }
    return time
  }

  borrowing func credentials() throws(AttestationRefusal) -> ProcessText.Credentials {
    // Room for the 65,536 groups that a process may have.
    let text = try self.read("status", upTo: 1024 * 1024)
    guard let credentials = ProcessText.credentials(inStatus: text) else { throw .malformed }
    return credentials
  }

  /// Where the executable was when it started, as the kernel tells it now.
  borrowing func executablePath() throws(AttestationRefusal) -> [UInt8] {
    let descriptor = self.directory.rawValue
    var count = 0
    let path = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX) + 1) { buffer, initialized in
      count = buffer.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else { return -1 }
        return readlinkat(descriptor, "exe", start, characters.count)
      }
      initialized = max(0, count)
    }
    guard count >= 0 else { throw .unreadable(errno) }
    return path
  }

  /// The executable itself, whatever is found at its path now.
  borrowing func openExecutable() throws(AttestationRefusal) -> OwnedDescriptor {
    try self.open("exe")
  }

  private borrowing func read(
    _ name: String, upTo limit: Int
  ) throws(AttestationRefusal) -> [UInt8] {
    let file = try self.open(name)
    guard let content = file.readAll(upTo: limit) else { throw .unreadable(errno) }
    return content
  }

  private borrowing func open(_ name: String) throws(AttestationRefusal) -> OwnedDescriptor {
    let descriptor = openat(self.directory.rawValue, name, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(errno) }
    return OwnedDescriptor(descriptor)
  }
}

extension AttestationRefusal {
  static let processElsewhere = AttestationRefusal(
    code: "process-elsewhere",
    message: "the process runs in a process namespace that the agent cannot see")

  static let processEnded = AttestationRefusal(
    code: "process-ended", message: "the process that made the connection has ended")

  static let processChanged = AttestationRefusal(
    code: "process-changed",
    message: "the process changed its user, group or executable while it was looked at")

  static let userChanged = AttestationRefusal(
    code: "user-changed",
    message: "the process changed its user or group since it connected: connect again")

  static let malformed = AttestationRefusal(
    code: "process-unreadable", message: "what the kernel says of the process cannot be read")

  static func unreadable(_ error: Int32) -> AttestationRefusal {
    switch error {
    case ESRCH, ENOENT, ENOTDIR: .processEnded
    case EACCES, EPERM:
      AttestationRefusal(
        code: "process-unreadable",
        message: "the agent may not look at the process: run the agent as root or with "
          + "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH")
    default:
      AttestationRefusal(
        code: "process-unreadable", message: "the process cannot be looked at (errno \(error))")
    }
  }
}
