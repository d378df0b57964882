package import Credentials
import Synchronization

/// What became of the last changes of the files; for `/ready`, the dump of the configuration, and tests.
package final class ReloadStatus: Sendable {
  package struct Snapshot: Hashable, Sendable {
    /// Of the content that is decided by.
    package var digest = ""
    package var acceptedAt = Instant(milliseconds: 0)
    /// What is wrong with the files as they are now, each with file and line; empty when they are what
    /// is decided by.
    package var problems: [String] = []
    /// Changes that were taken, the one at start included, and changes that were not.
    package var accepted: Int64 = 0
    package var rejected: Int64 = 0
    /// Whether something changed that only a restart takes.
    package var needsRestart = false
  }

  private let state = Mutex(Snapshot())

  package init() {}

  package var snapshot: Snapshot { self.state.withLock { $0 } }

  package func accept(digest: String, at now: Instant, needsRestart: Bool) {
    self.state.withLock { state in
      if digest != state.digest { state.accepted += 1 }
      state.digest = digest
      state.acceptedAt = now
      state.problems = []
      state.needsRestart = needsRestart
    }
  }

  /// - Returns: whether these problems are others than before.
  package func reject(_ problems: [String]) -> Bool {
    self.state.withLock { state in
      state.rejected += 1
      defer { state.problems = problems }
      return state.problems != problems
    }
  }
}
