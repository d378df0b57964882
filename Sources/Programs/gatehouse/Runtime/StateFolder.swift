import Glibc

/// The folder that holds all that a server keeps, and the lock that makes it the only one.
struct StateFolder: Sendable {
  let path: String

  var records: String { "\(self.path)/records.sqlite" }
  var index: String { "\(self.path)/index.sqlite" }
  var secrets: String { "\(self.path)/secrets" }
  var adminSocket: String { "\(self.path)/admin/admin.sock" }
  var workloadSocket: String { "\(self.path)/workload.sock" }
  var environment: String { "\(self.path)/dev.env" }
  var gatewayConfiguration: String { "\(self.path)/gateway.yaml" }
  var keyEncryptionKey: String { "\(self.secrets)/key-encryption-key" }

  func log(_ name: String) -> String { "\(self.path)/log/\(name)" }
  func spool(_ name: String) -> String { "\(self.path)/spool/\(name)" }

  /// Opens the folder, makes what is missing, and takes the lock.
  ///
  /// - Parameter path: absolute or relative to the current folder.
  static func open(_ path: String) throws -> (StateFolder, StateLock) {
    let folder = StateFolder(path: try Self.absolute(path))
    // A folder that was there keeps its mode: it may hold more than our state.
    try folder.make(folder.path, mode: 0o755, enforcing: false)
    let lock = try StateLock.take("\(folder.path)/lock")
    for name in ["log", "spool"] {
      try folder.make("\(folder.path)/\(name)", mode: 0o700)
      for part in ["server", "gateway"] {
        try folder.make("\(folder.path)/\(name)/\(part)", mode: 0o700)
      }
    }
    try folder.make(folder.secrets, mode: 0o700)
    return (folder, lock)
  }

  /// Replaces a file in one step: a reader sees the old one or the new one.
  func replace(_ path: String, with text: String, mode: mode_t) throws {
    let temporary = "\(path).new"
    unlink(temporary)
    let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw Self.failure("cannot write", temporary) }
    let bytes = Array(text.utf8)
    let written = write(descriptor, bytes, bytes.count)
    fchmod(descriptor, mode)
    close(descriptor)
    guard written == bytes.count, rename(temporary, path) == 0 else {
      throw Self.failure("cannot write", path)
    }
  }

  private func make(_ path: String, mode: mode_t, enforcing: Bool = true) throws {
    let isNew = mkdir(path, mode) == 0
    guard isNew || errno == EEXIST else { throw Self.failure("cannot make", path) }
    var status = stat()
    // Behind a link that somebody else made may be any folder of this user, and its mode is set below.
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw CommandFailure(
        "\(path) is not a folder, or is a link to one: move it away or name another state folder")
    }
    guard status.st_uid == geteuid() else {
      throw CommandFailure(
        "\(path) belongs to uid \(status.st_uid), not to uid \(geteuid()): name another state folder"
      )
    }
    guard isNew || enforcing else { return }
    // The umask may have taken away what every local user needs to reach the workload socket.
    guard status.st_mode & 0o777 == mode || chmod(path, mode) == 0 else {
      throw Self.failure("cannot set the mode of", path)
    }
  }

  private static func absolute(_ path: String) throws -> String {
    var whole = path
    if !path.hasPrefix("/") {
      guard let current = getcwd(nil, 0) else { throw Self.failure("cannot find", ".") }
      defer { free(current) }
      whole = "\(String(cString: current))/\(path)"
    }
    while whole.count > 1, whole.hasSuffix("/") { whole.removeLast() }
    return whole
  }

  private static func failure(_ what: String, _ path: String) -> CommandFailure {
    CommandFailure("\(what) \(path): \(String(cString: strerror(errno)))")
  }
}

/// Held for as long as a server runs on a state folder. The kernel frees it when the process ends,
/// however it ends, and no child inherits it.
final class StateLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit { close(self.descriptor) }

  /// Waits up to five seconds for a process that is just ending.
  static func take(_ path: String) throws -> StateLock {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw CommandFailure("cannot open \(path): \(String(cString: strerror(errno)))")
    }
    for _ in 0..<100 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return StateLock(descriptor: descriptor) }
      usleep(50_000)
    }
    close(descriptor)
    throw CommandFailure(
      "another server runs on this state folder (\(path) is locked): stop it, "
        + "or name another folder with --state")
  }
}
