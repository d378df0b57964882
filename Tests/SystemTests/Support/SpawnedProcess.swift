import Glibc
import Synchronization

/// A child process in a group of its own, so that nothing of it survives a test.
final class SpawnedProcess: Sendable {
  enum Ending: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
  }

  let pid: pid_t
  private let ending = Mutex<Ending?>(nil)

  private init(pid: pid_t) {
    self.pid = pid
  }

  /// Starts a program whose output goes to files.
  static func start(
    _ program: String, _ arguments: [String], in folder: String,
    environment: [String: String] = Environment.inherited, output: String, errors: String
  ) throws -> SpawnedProcess {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    let flags = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    Self.prepare(&attributes)
    // `env` becomes the program itself, in the folder that it is given.
    let command = ["/usr/bin/env", "-C", folder, program] + arguments
    var words = command.map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, command[0], &actions, &attributes, &words, &variables)
    guard code == 0 else {
      throw SystemFailure("cannot start \(program): \(String(cString: strerror(code)))")
    }
    return SpawnedProcess(pid: pid)
  }

  /// A group of its own, no blocked signals, and the default for each.
  private static func prepare(_ attributes: inout posix_spawnattr_t) {
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))
  }

  /// How it ended, or `nil` while it runs.
  var ended: Ending? {
    self.ending.withLock { ending in
      if ending == nil {
        var status: Int32 = 0
        if waitpid(self.pid, &status, WNOHANG) == self.pid {
          let signal = status & 0x7F
          ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
        }
      }
      return ending
    }
  }

  func end(within limit: Duration = .seconds(60)) async throws -> Ending {
    try await Waiting.value(of: "the end of process \(self.pid)", within: limit) { self.ended }
  }

  /// Sends a signal to the process alone; a process that has ended gets none.
  func signal(_ signal: Int32) {
    self.ending.withLock { if $0 == nil { _ = kill(self.pid, signal) } }
  }

  /// Ends the process and all of its group, however far they are.
  func destroy() {
    kill(-self.pid, SIGKILL)
    while self.ended == nil { usleep(2000) }
  }
}
