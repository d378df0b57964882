import Glibc

/// How many files and connections this process may have open.
package enum OpenFiles {
  /// More than the connections that the listeners accept together.
  private static let wanted: rlim_t = 65_536

  /// Raises the soft limit towards what the listeners may need.
  ///
  /// The usual 1024 is fewer than anybody on this machine may open connections, and a server that can
  /// open no more files stops.
  package static func raiseLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      limit.rlim_cur < Self.wanted
    else { return }
    limit.rlim_cur = min(Self.wanted, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
