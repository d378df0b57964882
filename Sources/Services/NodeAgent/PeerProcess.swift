/// The process at the other end of a connection, as the kernel named it when the connection was
/// made.
///
/// A process identifier alone may be reused; with the start time it names one process since boot.
package struct PeerProcess: Hashable, Sendable {
  package let pid: Int32
  /// The effective user when the connection was made.
  package let uid: UInt32
  /// The effective group when the connection was made.
  package let gid: UInt32
  /// When the process began, in clock ticks since boot (proc(5), field 22 of `stat`).
  package let startTime: UInt64
  /// Tells one connection from another; never reused while the agent runs.
  package let connection: UInt64
  /// The kernel's handle on the process, where the kernel has one to give.
  package let handle: (any ProcessHandle)?

  package init(
    pid: Int32, uid: UInt32, gid: UInt32, startTime: UInt64, connection: UInt64,
    handle: (any ProcessHandle)?
  ) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
    self.startTime = startTime
    self.connection = connection
    self.handle = handle
  }

  /// The process behind the connection, whichever of its connections this is.
  package var identity: ProcessIdentity {
    ProcessIdentity(pid: self.pid, startTime: self.startTime)
  }

  package static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.identity == rhs.identity && lhs.uid == rhs.uid && lhs.gid == rhs.gid
      && lhs.connection == rhs.connection
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(self.identity)
    hasher.combine(self.connection)
  }
}

/// One process since boot.
package struct ProcessIdentity: Hashable, Sendable {
  package let pid: Int32
  /// In clock ticks since boot (proc(5), field 22 of `stat`).
  package let startTime: UInt64

  package init(pid: Int32, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }
}

/// The kernel's handle on one process: it never comes to mean another one.
package protocol ProcessHandle: AnyObject, Sendable {
  /// Whether the process has not ended.
  func isRunning() -> Bool
}
